"""Claims that no run on a few digits can decide."""

from coursekit.claims.record import Claim, Verdict

CLAIMS = (
    Claim(
        id="batchnorm-recurrent-reinforcement",
        chapter="batchnorm",
        statement=(
            "BatchNorm works best for convolutional and ordinary deep nets; recurrent nets and reinforcement learning, "
            "where batches are small, are still research."
        ),
        source="Chadha 2020",
        verdict=Verdict.UNTESTABLE,
        reason=(
            "The book trains neither. For recurrent nets: Laurent et al. (2016) found that it helps between layers "
            "but not from one time step to the next; Cooijmans et al. (2017) made the latter work with statistics of "
            "each time step; Ba et al. (2016) gave LayerNorm, which needs none, and which became the usual choice. In "
            "reinforcement learning the size of the batch is not the point, as batches drawn from a memory can be "
            "large: the data change with the policy. Salimans and Kingma (2016) name the noise of the batch as the "
            "obstacle; Bhatt et al. (2024) made BatchNorm work there by passing both kinds of batches through the "
            "layer together."
        ),
    ),
)
