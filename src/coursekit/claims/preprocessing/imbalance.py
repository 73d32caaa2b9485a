"""Claims on classes of unequal size: a support vector machine beside a net."""

from collections.abc import Mapping

import numpy as np

from coursekit import nn
from coursekit.claims.preprocessing.experiments import net
from coursekit.claims.record import Claim, Numbers, Verdict
from coursekit.claims.summaries import mean_and_spread
from coursekit.nn import L2, Hinge, SoftmaxCrossEntropy
from coursekit.optim import Adam
from coursekit.training import train

#: Training examples of the two classes.
MANY, RARE = 600, 30
#: What is trained: hidden units (0 is linear) and loss; the two in the middle tell what the loss does from what the
#: hidden layer does.
MODELS: dict[str, tuple[int, nn.Loss]] = {
    "svm": (0, Hinge()),
    "linear": (0, SoftmaxCrossEntropy()),
    "net": (16, SoftmaxCrossEntropy()),
}


def two_clouds(many: int, rare: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two round clouds whose centres are two standard deviations apart: no line separates them."""
    y = np.repeat([0, 1], [many, rare])
    x = rng.standard_normal((many + rare, 2))
    x[:, 0] += 2.0 * y - 1.0
    return x, y


def recalls(seed: int) -> Mapping[str, float]:
    """The share of the rare class that each model finds, trained on unequal and on equal classes."""
    x_test, y_test = two_clouds(2000, 2000, np.random.default_rng(seed + 100))
    found: dict[str, float] = {}
    for balance, sizes in (("unequal", (MANY, RARE)), ("equal", (MANY // 2, MANY // 2))):
        x, y = two_clouds(*sizes, np.random.default_rng(seed))
        for name, (hidden, loss) in MODELS.items():
            model = net(2, hidden, 2, seed)
            rng = np.random.default_rng(seed + 1000)
            for _ in train(
                model, x, y, optimizer=Adam(lr=0.01), loss=loss, epochs=40, batch_size=32, rng=rng, penalty=L2(1e-3)
            ):
                pass
            answers = model.forward(x_test).argmax(axis=1)
            found[f"{name}_{balance}"] = float(np.mean(answers[y_test == 1] == 1))
    return found


def loses(n: Numbers, name: str) -> float:
    """The share of the rare class that is lost because it is rare, mean over the seeds."""
    return float(np.mean(n[f"{name}_equal"] - n[f"{name}_unequal"]))


def _judge_net(n: Numbers) -> Verdict:
    """Not obvious: it loses next to nothing. By less: it loses a good deal, but less than the SVM."""
    if loses(n, "net") < 0.1:
        return Verdict.HOLDS
    return Verdict.LESS if loses(n, "svm") - loses(n, "net") > 0.1 else Verdict.NOT_HERE


CLAIMS = (
    Claim(
        id="svm-favours-the-larger-class",
        chapter="preprocessing",
        statement="Under class imbalance a support vector machine strongly favours the class with more samples.",
        source="S. D. You, slides",
        verdict=Verdict.HOLDS,
        setup=(
            f"A linear SVM (hinge loss, L2 of 0.001) on two overlapping round clouds in the plane, {MANY} examples to "
            f"{RARE}, and {MANY // 2} to {MANY // 2}; the share of the second class that it finds in a test set."
        ),
        experiment=recalls,
        judge=lambda n: (
            Verdict.HOLDS if loses(n, "svm") > 0.4 else Verdict.LESS if loses(n, "svm") > 0.15 else Verdict.NOT_HERE
        ),
        report=lambda n: (
            f"Of the rare class it finds {mean_and_spread(n, 'svm_unequal')}, with classes of equal size "
            f"{mean_and_spread(n, 'svm_equal')}."
        ),
    ),
    Claim(
        id="imbalance-not-obvious-in-nets",
        chapter="preprocessing",
        statement="In a neural net the effect of class imbalance is not that obvious.",
        source="S. D. You, slides",
        verdict=Verdict.LESS,
        setup=(
            "The same clouds: a net of 16 ReLU units with cross-entropy beside the SVM, and a linear classifier with "
            "cross-entropy; 40 epochs of Adam at 0.01 each."
        ),
        experiment=recalls,
        judge=_judge_net,
        report=lambda n: (
            f"Of the rare class the net finds {mean_and_spread(n, 'net_unequal')} (equal classes: "
            f"{mean_and_spread(n, 'net_equal')}), the linear classifier {mean_and_spread(n, 'linear_unequal')}, the "
            f"SVM {mean_and_spread(n, 'svm_unequal')}. Where the classes overlap, the frequent one is the better "
            "guess, for any classifier that minimizes its mistakes."
        ),
    ),
)
