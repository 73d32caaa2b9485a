"""Networks: the functions that a layer computes, and layers, losses and models that train with them."""

from coursekit.nn.activations import (
    ACTIVATIONS,
    dead_fraction,
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    leaky_relu,
    leaky_relu_backward,
    maxout,
    maxout_backward,
    prelu,
    prelu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    silu,
    silu_backward,
    softplus,
    softplus_backward,
    tanh,
    tanh_backward,
)
from coursekit.nn.affine import Linear, linear, linear_backward
from coursekit.nn.elementwise import ELU, GELU, Elementwise, SiLU, Softplus
from coursekit.nn.initialization import constant_init, he_init, normal_init, xavier_init, xavier_uniform_init
from coursekit.nn.layer import Layer, PlainLayer
from coursekit.nn.losses import Loss, SoftmaxCrossEntropy, softmax, softmax_cross_entropy
from coursekit.nn.model import Sequential, Stack
from coursekit.nn.normalizers import BatchNorm, LayerNorm, Normalizer
from coursekit.nn.random_masks import Dropout
from coursekit.nn.rectifiers import LeakyReLU, PReLU, ReLU
from coursekit.nn.saturating import Sigmoid, Tanh
from coursekit.nn.two_piece import Maxout

__all__ = [
    "ACTIVATIONS",
    "ELU",
    "GELU",
    "BatchNorm",
    "Dropout",
    "Elementwise",
    "Layer",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "Loss",
    "Maxout",
    "Normalizer",
    "PReLU",
    "PlainLayer",
    "ReLU",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "Softplus",
    "Stack",
    "Tanh",
    "constant_init",
    "dead_fraction",
    "elu",
    "elu_backward",
    "gelu",
    "gelu_backward",
    "he_init",
    "leaky_relu",
    "leaky_relu_backward",
    "linear",
    "linear_backward",
    "maxout",
    "maxout_backward",
    "normal_init",
    "prelu",
    "prelu_backward",
    "relu",
    "relu_backward",
    "sigmoid",
    "sigmoid_backward",
    "silu",
    "silu_backward",
    "softmax",
    "softmax_cross_entropy",
    "softplus",
    "softplus_backward",
    "tanh",
    "tanh_backward",
    "xavier_init",
    "xavier_uniform_init",
]
