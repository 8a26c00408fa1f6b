# SPDX-License-Identifier: MIT
# requirements.awk: makes docs/requirements.md of the catalogue and of what
# `palm-conform` printed for libpalm (TAP).
#
#   awk -f requirements.awk RESULTS CATALOGUE
function topic_of(id) {
    split(id, part, "-")
    return part[2]
}
function count(list,    all) {
    return split(list, all, " ")
}
# One verdict of all tests of a rule: the worst.
function result_of(list,    all, n, i, worst) {
    n = split(list, all, " ")
    worst = n > 0 ? "kept" : ""
    for (i = 1; i <= n; i++) {
        if (!(all[i] in result)) return "not run"
        if (result[all[i]] != "kept") worst = result[all[i]]
    }
    return worst
}
function code(list, separator,    all, n, i, text) {
    n = split(list, all, separator)
    for (i = 1; i <= n; i++) {
        text = text (i > 1 ? "<br>" : "") "`" all[i] "`"
    }
    return text
}
BEGIN { FS = "\t" }
FILENAME == ARGV[1] && /^(not )?ok / {
    line = $0
    broken = sub(/^not /, "", line)
    split(line, word, " ")
    result[word[5]] = broken ? "broken" : line ~ / # SKIP/ ? "not run" : "kept"
    next
}
FILENAME == ARGV[1] || FNR == 1 { next }
{
    topic = topic_of($1)
    if (!(topic in rules)) order[++topics] = topic
    rules[topic]++
    level[topic, $2]++
    visible[topic, $4]++
    if ($4 == "wire") {
        tests[topic] += count($7)
        mutants[topic] += count($8)
        outcome = result_of($7)
        if (outcome == "kept") kept[topic]++
    } else {
        outcome = $4 == "api" ? "by unit tests" : "by review"
    }
    rows[topic] = rows[topic] "| " $1 " | " $2 " | " $6 " | " \
        ($4 == "wire" ? code($7, " ") : $4 == "api" ? code($7, "; ") : $9) \
        " | " ($4 == "wire" ? code($8, " ") : "") " | " outcome " |\n"
}
END {
    print "# Rules, tests, mutants\n"
    print "Made by `make requirements` of `conformance/catalogue.tsv`; do not edit. The"
    print "rules are those of [PALM, version 1](spec/palm-1.md). A mutant is a wrong"
    print "implementation that the rule's tests must find. The last column is what"
    print "`palm-conform` says of libpalm; a rule that no peer can see has a unit test, or"
    print "a place in the code to look at.\n"
    print "| topic | rules | MUST | SHOULD, MAY | wire | api, review | tests | mutants | kept by libpalm |"
    print "|---|---|---|---|---|---|---|---|---|"
    for (i = 1; i <= topics; i++) {
        t = order[i]
        printf "| [%s](#%s) | %d | %d | %d | %d | %d | %d | %d | %d of %d |\n", t, tolower(t), rules[t], level[t, "MUST"], level[t, "SHOULD"] + level[t, "MAY"], visible[t, "wire"], visible[t, "api"] + visible[t, "review"], tests[t], mutants[t], kept[t], visible[t, "wire"]
        all["rules"] += rules[t]; all["must"] += level[t, "MUST"]
        all["may"] += level[t, "SHOULD"] + level[t, "MAY"]
        all["wire"] += visible[t, "wire"]
        all["other"] += visible[t, "api"] + visible[t, "review"]
        all["tests"] += tests[t]; all["mutants"] += mutants[t]
        all["kept"] += kept[t]
    }
    printf "| all | %d | %d | %d | %d | %d | %d | %d | %d of %d |\n", all["rules"], all["must"], all["may"], all["wire"], all["other"], all["tests"], all["mutants"], all["kept"], all["wire"]
    for (i = 1; i <= topics; i++) {
        t = order[i]
        print "\n## " t "\n"
        print "| rule | level | text | tests | mutants | libpalm |"
        print "|---|---|---|---|---|---|"
        printf "%s", rows[t]
    }
}
