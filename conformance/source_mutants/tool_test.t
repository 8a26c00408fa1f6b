#!/bin/sh
# SPDX-License-Identifier: MIT
# tool_test.t: the tool finds what it shall find, and judges a toy rightly.
set -u
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
. "$PALM_SRCDIR/harness/support/tap.sh"

here=$PALM_SRCDIR/conformance/source_mutants
python=${PALM_PYTHON3:-python3}
PYTHONDONTWRITEBYTECODE=1
export PYTHONDONTWRITEBYTECODE
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 7))'; then
    skip "mutants of the source" "no Python 3.7"
    done_testing
    exit
fi

# mutants FILE: kind, function, line, what becomes what, in the file's order.
mutants() {
    "$python" - "$here" "$1" <<'EOF'
import sys
sys.path.insert(0, sys.argv[1])
import mutate
for m in mutate.find_mutants("x.c", open(sys.argv[2]).read()):
    print("%d %s %s: %s -> %s" % (m.line, m.function, m.kind, m.before,
                                  m.after or "nothing"))
EOF
}

# --- the lexer ---------------------------------------------------------------

cat >"$tmp/quiet.c" <<'EOF'
/* if (a == b) { call(1); } and a "quote */
#define TWICE(x) \
    ((x) == 2 ? call(1) : !x)
static_assert(sizeof(int) == 4, "1 == 1");
// a && b \
   || c
  # if 1 /* a comment
of two lines: 1 == 2 */
static const char *text = "a == \" 1 && !b", character = '\'';
# endif
static char field[12];
struct thing none = {0};

static void
nothing(char *p)
{
    char buffer[64];
    char *more[2];
    PALM_ASSERT(p == 0);
    use(&none, -p, *p)->again;
    one = p ? two : three(p);
    for (p = text; *p; p++) {
    }
    return;
}
EOF
is "comments, strings, directives and assertions are left alone" \
    "$(mutants "$tmp/quiet.c")" ""

cat >"$tmp/loud.c" <<'EOF'
enum { LIMIT = 0x0f };
static int
f(struct thing *a, int b)
{
    if (a->x == 3 && !b) {
        (void)g(a, "1;");
        a->ops.close(a);
    }
    if (!b) {
        return -1;
    }
    b += (int)-1 + a->y[2];
    for (int i = 0; i < b; i++) {
        b++;
    }
    if (a >= a || true)
        h();
    return a->x;
}

bool
is_it(void)
{
    return false;
}
EOF
is "each kind is found where it stands, and nothing else" \
    "$(mutants "$tmp/loud.c")" \
    '1 - constant: 0x0f -> 0x10
5 f condition: (a->x == 3 && !b) -> (!(a->x == 3 && !b))
5 f equal: == -> !=
5 f constant: 3 -> 4
5 f logic: && -> ||
5 f not: ! -> nothing
6 f call: (void)g(a, "1;") -> (void)0
7 f call: a->ops.close(a) -> (void)0
9 f not: ! -> nothing
10 f return: -1 -> 0
12 f sign: += -> -=
12 f constant: 1 -> 2
12 f sign: + -> -
12 f constant: 2 -> 3
13 f constant: 0 -> 1
13 f relation: < -> <=
14 f sign: ++ -> --
16 f condition: (a >= a || true) -> (!(a >= a || true))
16 f relation: >= -> >
16 f logic: || -> &&
16 f constant: true -> false
17 f call: h() -> (void)0
18 f return: a->x -> 0
24 is_it return: false -> true'

# --- ids ---------------------------------------------------------------------

ids() {
    "$python" - "$here" "$1" <<'EOF'
import sys
sys.path.insert(0, sys.argv[1])
import mutate
print("\n".join(m.id for m in
                mutate.find_mutants("x.c", open(sys.argv[2]).read())))
EOF
}

{
    printf '/* moved */\n\n\n'
    sed 's/^    b += .*/    call(); &/' "$tmp/loud.c" |
        sed 's/^    if (!b)/        &/'
} >"$tmp/moved.c"
ids "$tmp/loud.c" >"$tmp/ids"
ids "$tmp/moved.c" >"$tmp/moved"
is "an id stays when lines move, and goes when its line changes" \
    "$(grep -vxFf "$tmp/moved" "$tmp/ids" | cut -d: -f3 | tr '\n' ' ')" \
    "sign constant sign constant "
is "no two mutants have one id" "$(sort "$tmp/ids" | uniq -d)" ""

# --- a toy of a tree ---------------------------------------------------------

toy=$tmp/toy
mkdir -p "$toy/core"
cat >"$toy/core/toy.c" <<'EOF'
long where(int *p, int *q);

int
twice(int x)
{
    return x + x;
}

int
slack(int n)
{
    if (n > 100) {
        n = 100;
    }
    return n + 0;
}

long
where(int *p, int *q)
{
    return q - p;
}

int
spin(int n)
{
    unsigned char i = 0;
    while (i != n) {
        i += 1;
    }
    return i;
}
EOF
cat >"$toy/core/toy_test.c" <<'EOF'
#include <stdio.h>
int twice(int x);
int slack(int n);
long where(int *p, int *q);
int spin(int n);
int main(void)
{
    int a[2] = {0};
    int fine = twice(4) == 8 && slack(7) == 7 && where(a, a + 1) == 1
               && spin(3) == 3;
    printf("%sok 1 - the toy\n1..1\n", fine ? "" : "not ");
    return !fine;
}
EOF
# It is configured as ours is: the Makefile is beside the build.
cat >"$toy/configure" <<'EOF'
src=$(dirname "$0")
mkdir -p core
cat >Makefile <<END
AM_TESTS_ENVIRONMENT = TOY='1'; export TOY;
TESTS = core/toy_test
core/toy.o: $src/core/toy.c
	\${CC-cc} -c -o \$@ $src/core/toy.c
core/toy_test: core/toy.o $src/core/toy_test.c
	\${CC-cc} -o \$@ core/toy.o $src/core/toy_test.c
END
EOF
sed -i.bak "s/\\\\\${CC-cc}/${CC:-cc}/" "$toy/configure"
chmod +x "$toy/configure"
printf 'core/*_test.c\tskip\t-\ncore/*.c\tunit\tcore/toy_test\n' \
    >"$tmp/tests.tsv"
printf 'core/*.c\tunit\tcore/other_test\n' >>"$tmp/tests.tsv"
printf 'core/*.c\tconformance\tnot/there.t\n' >>"$tmp/tests.tsv"
: >"$tmp/survivors.tsv"

toy() {
    status=0
    PALM_TEST_TIMEOUT_FACTOR=1 "$python" "$here/run.py" --source "$toy" \
        --tests "$tmp/tests.tsv" --survivors "$tmp/survivors.tsv" \
        --out "$tmp/report.tsv" "$@" >"$tmp/out" 2>"$tmp/err" || status=$?
}

# verdict PATTERN: of the one mutant whose row has it.
verdict() {
    grep -- "$1" "$tmp/report.tsv" | cut -f2
}

toy --id '*:twice:*' --id '*:slack:*' --id '*:where:sign*' --jobs 2
is "a mutant that a test finds is killed" "$(verdict ':twice:sign')" killed
is "one that no test finds survives" "$(verdict ':slack:relation:')" survived
is "one that does not compile is no mutant" "$(verdict ':where:sign')" \
    "build failed"
is "a survivor without a reason fails the run" "$status" 1
like "the table has the share of each file" \
    "$(grep '^  toy.c' "$tmp/out")" "*  9       5*55.6%"

cut -f1,2 "$tmp/report.tsv" | sed -n 's/	survived$/	of no use/p' \
    >"$tmp/survivors.tsv"
printf 'core/toy.c:gone:not:123456:1\tit was there\n' >>"$tmp/survivors.tsv"
grep ':twice:sign' "$tmp/report.tsv" | cut -f1 |
    sed 's/$/	wrongly/' >>"$tmp/survivors.tsv"
toy --id '*:twice:*' --id '*:slack:*'
is "explained survivors pass" "$status" 0
like "an explanation without a mutant is told" "$(cat "$tmp/out")" \
    "*there is no such mutant: core/toy.c:gone:*"
like "an explained mutant that a test kills is told" "$(cat "$tmp/out")" \
    "*but core/toy_test kills it: core/toy.c:twice:sign:*"

like "a test that is not configured is told" "$(cat "$tmp/err")" \
    "*core/other_test is not in this configuration*"

toy --id '*:spin:constant:*' --patience 1
is "one that never ends is ended" "$(verdict '	1	2	')" timeout

toy --id no-such-mutant
is "a run of nothing is an error" "$status" 2
toy --id '*:where:sign*'
is "a run in which nothing was built is an error" "$status" 2
sed -i.bak 's/return x + x/return x/' "$toy/core/toy.c"
toy --id '*:slack:*'
is "a tree that fails without mutants is an error" "$status" 2
like "and it is said so" "$(tail -n 1 "$tmp/err")" \
    "*the unmutated tree fails in core/toy_test: killed not ok 1 - the toy"

# --- samples -----------------------------------------------------------------

sample() {
    "$python" "$here/run.py" --source "$PALM_SRCDIR" --list "$@" | cut -f1
}

sample --seed x --sample 60 | sort >"$tmp/small"
sample --seed x --sample 150 | sort >"$tmp/large"
is "a sample has as many as it shall" "$(wc -l <"$tmp/large" | tr -d ' ')" 150
is "a larger sample contains the smaller one" \
    "$(comm -23 "$tmp/small" "$tmp/large")" ""
sample --seed y --sample 60 | sort >"$tmp/other"
ok "another seed has others" test "$(cat "$tmp/small")" != "$(cat "$tmp/other")"
is "the list of survivors names mutants that are there" "$(
    sample | sort >"$tmp/all"
    grep -v '^#' "$here/survivors.tsv" | grep . | cut -f1 | sort |
        comm -23 - "$tmp/all"
)" ""

# absent: tests of the table that are not in the source.
absent() {
    grep -v '^#' "$here/tests.tsv" | awk -F '\t' '
        NF > 1 && $2 != "skip" && $2 != "conformance" { print $3 }' |
        tr ' ' '\n' | sort -u | while read -r name; do
        [ -f "$PALM_SRCDIR/$name" ] || [ -f "$PALM_SRCDIR/$name.c" ] ||
            echo "$name"
    done
}
is "the table names tests that are there" "$(absent)" ""

done_testing
