# SPDX-License-Identifier: MIT
# catalogue.awk: makes the C table of the rules of catalogue.tsv.
function quoted(text)
{
    gsub(/\\/, "\\\\", text)
    gsub(/"/, "\\\"", text)
    return "\"" text "\""
}
BEGIN {
    FS = "\t"
    print "/* Made of catalogue.tsv by catalogue.awk. */"
    print "#include \"conformance/engine/catalogue.h\"\n"
    print "const struct rule catalogue[] = {"
}
NR > 1 {
    print "    {" quoted($1) ", " quoted($2) ", " quoted($3) ", " quoted($4) \
        ", " quoted($5) ",\n     " quoted($6) ",\n     " quoted($9) "},"
}
END {
    print "};"
    print "const size_t catalogue_size = sizeof catalogue / " \
        "sizeof catalogue[0];"
}
