"""dropout."""

from coursekit.exercises.chance import draws_from_rng
from coursekit.exercises.judging import Check
from coursekit.exercises.kinds import ArrayOf, Several
from coursekit.exercises.regularization import thinned_answers as answers
from coursekit.exercises.regularization.masks import cases, not_a_fixed_number
from coursekit.exercises.spec import Exercise, Misconception
from coursekit.exercises.standard import edges, float64, in_place, keeps_float32, unchanged, values
from coursekit.nn import dropout

DROPOUT = Exercise(
    assignment="regularization",
    reference=dropout,
    task="Write inverted dropout. Each entry of `x`, `(N, D)`, is dropped (set to 0) with probability `p`, on its own "
    "and with a draw from `rng`; what is kept is multiplied by `1 / (1 - p)`. Return `out` and the `mask` with `out = "
    "x * mask`, which holds 0 and 1 / (1 - p); both have the shape and dtype of `x`. With `training=False` nothing is "
    "dropped: `out` is `x`, and `mask` is all ones.",
    rule="mask = 0 with probability p, else 1 / (1 - p), independently for each entry; out = x * mask; in evaluation "
    "mask = 1 and out = x",
    returns=Several(out=ArrayOf(), mask=ArrayOf()),
    cases=cases,
    checks=(
        values(1, "What do the entries of the mask hold where x is kept?", name="mask", part="mask"),
        values(2, "Compare out with x * mask. Which entries differ?", name="out", part="out"),
        values(
            2,
            "Count the zeros. `p` is the probability to DROP: is a draw below p dropped by you, or kept?",
            name="drops a share p",
            part="share",
        ),
        Check(
            name="each entry on its own",
            points=1,
            part="zeros",
            hint="How many random numbers do you draw for an x of shape (N, D)? Each entry needs one of its own.",
        ),
        Check(
            name="no fixed number",
            points=1,
            group="counts",
            judge=not_a_fixed_number,
            hint="Toss a coin for each of 100 entries, again and again. Do you always drop the same number?",
        ),
        Check(
            name="evaluation",
            points=1,
            group="evaluation",
            hint="With training=False, what should be dropped, and what is left to be scaled?",
        ),
        edges(1, "What is special about this input? Does your code take a size, or a value of x, for granted?"),
        draws_from_rng(),
        unchanged(),
        keeps_float32(),
    ),
    misconceptions=(
        Misconception(
            id="no_scaling",
            function=answers.no_scaling,
            hint="What you keep, you keep as it is: plain dropout, whose sums shrink in training and fit no longer at "
            "test time. By what must the kept entries be multiplied, so that the mean of out is x?",
        ),
        Misconception(
            id="plain_dropout",
            function=answers.plain,
            hint="You scale by 1 - p in evaluation, as the first papers on dropout do. This course scales while it "
            "trains, so that evaluation has nothing to do. Which factor moves, and where to?",
        ),
        Misconception(
            id="p_is_the_share_kept",
            function=answers.p_is_the_share_kept,
            hint="You keep with probability p and scale by 1 / p: CS231n and the dropout paper name the share that is "
            "KEPT p. What does p stand for here?",
        ),
        Misconception(
            id="keep_and_drop_swapped",
            function=answers.keep_and_drop_swapped,
            hint="Your factor is right, but a share p is kept and 1 - p dropped. How often is a uniform draw below p?",
        ),
        Misconception(
            id="kept_share_unscaled",
            function=answers.kept_share_unscaled,
            hint="A share p is kept, and nothing is scaled. How often should an entry be dropped, and what makes up "
            "for the loss?",
        ),
        Misconception(
            id="scaled_by_the_share_kept",
            function=answers.scaled_by_the_share_kept,
            hint="You multiply what is kept by 1 - p, so that the sums shrink twice. Should the entries that are left "
            "become larger or smaller to make up for the missing ones?",
        ),
        Misconception(
            id="divided_by_p",
            function=answers.divided_by_p,
            hint="You drop a share p, which is right, and divide by p. Which share is left?",
        ),
        Misconception(
            id="mask_not_scaled",
            function=answers.boolean_mask,
            hint="Your out is right, but the mask holds 1 where it should hold the factor. The backward pass "
            "multiplies by the mask alone: what will be missing there?",
        ),
        Misconception(
            id="output_not_scaled",
            function=answers.output_unscaled,
            hint="Your mask is right, but out is not x times that mask. Which factor did out miss?",
        ),
        Misconception(
            id="scaled_twice",
            function=answers.scaled_twice,
            hint="Your mask is right, and out is divided by 1 - p once more. What is in the mask already?",
        ),
        Misconception(
            id="one_mask_for_all_rows",
            function=answers.one_mask_for_all(0),
            hint="All examples lose the same units: you draw one mask per mini-batch, as some lecture notes say. How "
            "many different thinned nets does one step then see, and how many could it?",
        ),
        Misconception(
            id="mask_of_one_row",
            function=answers.mask_of_one_row,
            hint="Your mask has one entry per unit, `(D,)`, so that all examples lose the same units. Which shape "
            "gives each entry of x a draw of its own?",
        ),
        Misconception(
            id="whole_examples",
            function=answers.one_mask_for_all(1),
            hint="A whole row is dropped or kept at once. Which is to be thinned out: the examples, or the units?",
        ),
        Misconception(
            id="exactly_a_share_p",
            function=answers.exact_share,
            hint="You drop the same number of entries in every call. If all others are known, is the last one still "
            "free? Each entry should be a toss of its own.",
        ),
        Misconception(
            id="exactly_a_share_of_each_row",
            function=answers.exact_share_of_each_row,
            hint="You drop the same number of entries in every row. If all others in a row are known, is the last one "
            "still free? Each entry should be a toss of its own.",
        ),
        Misconception(
            id="gaussian_noise",
            function=answers.gaussian,
            hint="You multiply by normal noise around 1. That regularizes too (Gaussian dropout), but is any entry 0?",
        ),
        Misconception(
            id="normal_draws",
            function=answers.normal_draws,
            hint="You compare normal draws with p: half of those are below 0 already. Which draws are below p in a "
            "share p of all cases?",
        ),
        Misconception(
            id="not_from_rng",
            function=answers.global_random,
            hint="Your draws do not come from `rng`, so nobody can repeat them. Does `np.random.rand` know your "
            "generator?",
        ),
        Misconception(
            id="own_generator",
            function=answers.own_seed,
            hint="Your draws are the same in every call, whatever `rng` is: the same units are dropped in every step, "
            "for good. Where is the generator made that you draw from?",
        ),
        Misconception(
            id="scaled_in_evaluation",
            function=answers.scaled_in_evaluation,
            hint="Training is right, and in evaluation you scale by 1 - p on top. Is there anything left to make up "
            "for, when the kept entries were scaled up in training?",
        ),
        Misconception(
            id="drops_in_evaluation",
            function=answers.drops_in_evaluation,
            hint="You drop with training=False as well. Should the same input get another answer each time it is "
            "asked?",
        ),
        Misconception(
            id="training_and_evaluation_swapped",
            function=answers.the_other_way_round,
            hint="You drop in evaluation and leave training alone. Which of the two does `training=True` mean?",
        ),
        Misconception(
            id="no_mask_in_evaluation",
            function=answers.no_mask_in_evaluation,
            hint="In evaluation you return no mask, and `dropout_backward` would fail on it. Which mask leaves a "
            "gradient as it is?",
        ),
        Misconception(
            id="order",
            function=answers.order,
            hint="Your two results come in the other order. Which does the task name first?",
        ),
        in_place(answers.in_place, "x"),
        float64(answers.float64, "(rng.random(x.shape) >= p) / (1 - p)"),
    ),
    variants={
        "loop": answers.loop,
        "binomial": answers.binomial,
        "where": answers.where,
        "choice": answers.choice,
    },
)
