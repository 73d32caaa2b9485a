"""Claims on momentum, Nesterov's look ahead and Newton's method."""

import numpy as np

from coursekit.claims.optimizers.curvature import KAPPA, D, directions, logistic, overshoot, ravine_steps
from coursekit.claims.optimizers.racing import best
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import median

__all__ = ["CLAIMS"]

_QUADRATIC = f"Quadratics in {D} dimensions, curvatures from 1 to {KAPPA:g} along random axes"


def _momentum(seed: int) -> dict[str, float]:
    numbers = {f"ravine_{name}": steps for name, steps in ravine_steps(seed).items()}
    for task in ("digits", "spiral"):
        for name in ("sgd", "momentum", "nesterov"):
            numbers[f"{task}_{name}"] = best(task, name, seed).steps
    return numbers


def _gain(n: Numbers, where: str) -> float:
    return float(np.median(n[f"{where}_sgd"] / n[f"{where}_momentum"]))


def _judge_momentum(n: Numbers) -> Verdict:
    """Faster by a fifth everywhere, or in the ravine at least."""
    gains = [_gain(n, where) for where in ("ravine", "digits", "spiral")]
    if gains[0] < 1.2:
        return Verdict.NOT_HERE
    return Verdict.HOLDS if min(gains) >= 1.2 else Verdict.LESS


def _judge_nesterov(n: Numbers) -> Verdict:
    less = all(bool(np.all(n[f"nesterov{rho}"] < n[f"momentum{rho}"])) for rho in ("0.9", "0.98"))
    return Verdict.HOLDS if less else Verdict.NOT_HERE


def _judge_newton(n: Numbers) -> Verdict:
    return Verdict.HOLDS if bool(np.all(n["newton"] < n["descent"] / 20)) else Verdict.NOT_HERE


def _judge_inverse(n: Numbers) -> Verdict:
    """The step can be had without: then only the bill holds."""
    return Verdict.LESS if bool(np.all(n["truncated"] < 3 * n["newton"])) else Verdict.HOLDS


def _judge_hessian(n: Numbers) -> Verdict:
    """Newton goes straight there, and one step is enough whatever the condition number."""
    if median(n, "momentum") < median(n, "gradient") + 0.1:
        return Verdict.NOT_HERE
    indifferent = median(n, "steps_momentum_1000") < 1.5 * median(n, "steps_momentum_10")
    return Verdict.HOLDS if median(n, "momentum") >= 0.9 and indifferent else Verdict.LESS


def _judge_adadelta(n: Numbers) -> Verdict:
    turned, aligned = median(n, "adadelta"), median(n, "adadelta_aligned")
    if min(turned, aligned) >= 0.9:
        return Verdict.HOLDS
    return Verdict.LESS if max(turned, aligned) >= median(n, "gradient") + 0.1 else Verdict.NOT_HERE


#: In the order of the text.
CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="momentum-accelerates",
        chapter="optimizers",
        statement="Momentum accelerates learning by accumulating past gradients.",
        source="Chan 2021; COMS4995 tutorial",
        verdict=Verdict.LESS,
        setup=(
            f"{_QUADRATIC}: steps to a thousandth of the distance, each at its best setting. And nets, 64-32-10 on the "
            "digits and 2-32-32-3 on a spiral: steps in batches of 32 until the training loss is below 0.1, ρ = 0.9, "
            "each at the best of five rates. It holds if momentum is faster by a fifth in all three."
        ),
        experiment=_momentum,
        judge=_judge_momentum,
        report=lambda n: (
            f"On the quadratics gradient descent takes {median(n, 'ravine_sgd'):.0f} steps, momentum "
            f"{median(n, 'ravine_momentum'):.0f}. On the spiral it is {median(n, 'spiral_sgd'):.0f} and "
            f"{median(n, 'spiral_momentum'):.0f}, on the digits {median(n, 'digits_sgd'):.0f} and "
            f"{median(n, 'digits_momentum'):.0f}: where a higher rate does as well, momentum gains little or nothing."
        ),
    ),
    Claim(
        id="nesterov-looks-ahead",
        chapter="optimizers",
        statement="Nesterov's method looks into the future to see how much momentum is required.",
        source="Chan 2021; Sutskever et al. 2013",
        verdict=Verdict.HOLDS,
        setup=(
            f"{_QUADRATIC}; 300 steps at the rate 0.005 with ρ = 0.9 and 0.98, momentum and Nesterov. How far beyond "
            "the minimum the worst direction swings, in units of its distance at the start."
        ),
        experiment=overshoot,
        judge=_judge_nesterov,
        report=lambda n: (
            f"With ρ = 0.9 momentum swings {median(n, 'momentum0.9'):.2f} of the distance beyond the minimum, "
            f"Nesterov {median(n, 'nesterov0.9'):.2f}; with ρ = 0.98, {median(n, 'momentum0.98'):.2f} and "
            f"{median(n, 'nesterov0.98'):.2f}. After the 300 steps of the latter {median(n, 'late_momentum0.98'):.3f} "
            f"and {median(n, 'late_nesterov0.98'):.4f} of the distance are left."
        ),
    ),
    Claim(
        id="newton-fast",
        chapter="optimizers",
        statement="Newton's method is fast.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            "Logistic regression with a little L2, digits below 5 against the others, all 1,437 at once: steps until "
            "the gradient is shorter than a millionth, Newton and gradient descent at the inverse of the highest "
            "curvature. It holds if Newton needs less than a twentieth of the steps."
        ),
        experiment=logistic,
        judge=_judge_newton,
        report=lambda n: (
            f"Newton takes {median(n, 'newton'):.0f} steps, gradient descent {median(n, 'descent'):,.0f}. Each of "
            f"Newton's solves a system of {median(n, 'size'):.0f} equations. The loss is convex here; at a saddle "
            "Newton's step goes to the saddle."
        ),
    ),
    Claim(
        id="newton-needs-an-inverse",
        chapter="optimizers",
        statement="Newton's method needs the inverse of a matrix, which is not plausible for a big network.",
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=(
            "The same regression. Newton again, but each step only to a tenth of its accuracy, by conjugate gradients, "
            "which take products of the Hessian with vectors and form neither it nor an inverse."
        ),
        experiment=logistic,
        judge=_judge_inverse,
        report=lambda n: (
            f"Without a matrix it takes {median(n, 'truncated'):.0f} steps and {median(n, 'products'):.0f} products, "
            "each as dear as a gradient or two. The bill for the matrix is as the slides say: for the 2,410 "
            "parameters of a 64-32-10 net it has 5.8 million entries, for 25 million parameters 6 × 10¹⁴."
        ),
    ),
    Claim(
        id="momentum-approximates-hessian",
        chapter="optimizers",
        statement="In a sense, momentum is an approximation of the Hessian.",
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=(
            f"{_QUADRATIC}, 100 steps of gradient descent and of momentum, each at its best setting: the cosine "
            "between "
            "a step and Newton's step from the same place; and steps to a thousandth at condition numbers 10 and "
            "1,000. "
            "It holds if the cosine is 0.9 or more and the number of steps hardly moves, as Newton's does."
        ),
        experiment=directions,
        judge=_judge_hessian,
        report=lambda n: (
            f"The cosine is {median(n, 'momentum'):.3f} with momentum, {median(n, 'gradient'):.2f} with gradient "
            "descent: at the best ρ its steps do point where Newton's do. But they number "
            f"{median(n, 'steps_momentum_10'):.0f} at condition number 10 and {median(n, 'steps_momentum_1000'):.0f} "
            "at 1,000; Newton takes one at either. Momentum has two numbers to set, and the Hessian's lowest and "
            "highest curvature have gone into them."
        ),
    ),
    Claim(
        id="adadelta-approximates-newton",
        chapter="optimizers",
        statement="AdaDelta is another approximation of Newton's method.",
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=(
            f"{_QUADRATIC}, and along the axes of the weights, where a rate for each weight could do what the Hessian "
            "does. The cosine between AdaDelta's steps and Newton's, beside that of gradient descent at its best rate."
        ),
        experiment=directions,
        judge=_judge_adadelta,
        report=lambda n: (
            f"The cosine is {median(n, 'adadelta'):.2f} with random axes and {median(n, 'adadelta_aligned'):.2f} "
            f"along those of the weights; plain gradient descent has {median(n, 'gradient'):.2f} on either. A rate "
            "for each weight can stand in for a Hessian without entries off its diagonal, and for no other."
        ),
    ),
)
