# SPDX-License-Identifier: MIT
# implementations.awk: makes docs/implementations.md of what `palm-conform
# --jsonl` wrote for several targets.
#
#   awk -f implementations.awk FILE…
function text_of(key,    at, rest) {
    at = index($0, "\"" key "\":\"")
    if (!at) return ""
    rest = substr($0, at + length(key) + 4)
    return substr(rest, 1, index(rest, "\"") - 1)
}
function number_of(key,    at) {
    at = index($0, "\"" key "\":")
    return at ? substr($0, at + length(key) + 3) + 0 : 0
}
# The worst verdict of a rule's tests counts.
function weight(verdict) {
    return verdict == "PASS" ? 1 : verdict == "SKIP" ? 2 : \
        verdict == "UNIMPLEMENTED" ? 3 : 4
}
function cell(n, profile,    broken, missing) {
    if (!((n, profile) in claims)) return "–"
    broken = must[n, profile, 4] + 0
    missing = must[n, profile, 3] + 0
    if (broken + missing == 0) return "yes"
    return (broken ? broken " broken" : "") (broken && missing ? ", " : "") \
        (missing ? missing " not there" : "")
}
FNR == 1 { run++ }
text_of("type") == "run" {
    name[run] = text_of("target") " " text_of("version")
    began[run] = substr(text_of("began"), 1, 10)
    suite[run] = text_of("suite") " / " text_of("specification")
    tests[run] = number_of("tests")
    many = split(text_of("profiles"), list, " ")
    for (i = 1; i <= many; i++) claims[run, list[i]] = 1
    next
}
text_of("type") == "test" {
    id = text_of("id")
    profile = text_of("profile")
    rule_profile[run, id] = profile
    rule_level[run, id] = text_of("level")
    w = weight(text_of("verdict"))
    if (w > worst[run, id] + 0) worst[run, id] = w
}
END {
    for (key in worst) {
        split(key, part, SUBSEP)
        rules[part[1], worst[key]]++
        if (rule_level[key] == "MUST") {
            must[part[1], rule_profile[key], worst[key]]++
        }
    }
    print "# Implementations of PALM, as the suite finds them\n"
    print "Made by `make implementations`.  A rule is kept if all its tests" \
        " pass, and not there\nif the implementation says so.  Results of" \
        " implementations outside of this tree are\nkept in" \
        " `conformance/results/`, with the date and the suite that they were" \
        " made\nwith; newer suites have more rules.  An implementation that" \
        " is missing here: send\nwhat `palm-conform --jsonl` writes.\n"
    print "libpalm ![badge](badges/libpalm.svg), palm-py" \
        " ![badge](badges/palm-py.svg): such a badge is\nmade by" \
        " `palm-conform --badge FILE`.\n"
    print "| implementation | on | suite / specification | tests | kept |" \
        " broken | not there |"
    print "|---|---|---|---|---|---|---|"
    for (n = 1; n <= run; n++) {
        print "| " name[n] " | " began[n] " | " suite[n] " | " tests[n] \
            " | " rules[n, 1] + 0 " | " rules[n, 4] + 0 " | " \
            rules[n, 3] + 0 " |"
    }
    print "\n## By profile\n"
    print "Whether all MUST of a profile are kept; – is not claimed.\n"
    line = "| profile |"
    rule = "|---|"
    for (n = 1; n <= run; n++) {
        line = line " " name[n] " |"
        rule = rule "---|"
    }
    print line
    print rule
    order = "master cache rep hub server pipeline sink gateway worker" \
        " mux-worker web-worker client custom http bypass error-field" \
        " cache-verbs limits counters"
    many = split(order, list, " ")
    for (i = 1; i <= many; i++) {
        line = "| `" list[i] "` |"
        for (n = 1; n <= run; n++) line = line " " cell(n, list[i]) " |"
        print line
    }
}
