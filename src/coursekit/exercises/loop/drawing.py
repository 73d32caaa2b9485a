"""What the exercises of this assignment share."""

from coursekit.exercises.judging import Check

NO_OVERFLOW = Check(
    name="no overflow",
    points=1,
    group="large",
    aspect="overflow",
    hint="`exp` of a large positive number overflows, of a negative one never. Adding the same number to all scores of "
    "a row changes no probability: which number makes every exponent 0 or less?",
)
