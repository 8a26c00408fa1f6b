# SPDX-License-Identifier: MIT
# option_pages.awk: puts what option_rows prints into a man page.
#
#     awk -v lines=FILE -v members=FILE -v classes=FILE -f option_pages.awk PAGE
#
# Between '.\" begin: members' (or classes) and '.\" end' stand the items.  In
# palm-server.5 an item is explained at length: of it only the line of its type,
# which is the first, and that of its default are ours.
BEGIN {
    FS = "\t"
    while ((getline line < lines) > 0) {
        split(line, row, "\t")
        type[row[1]] = row[2]
        initial[row[1]] = row[3]
    }
    FS = " "
}
/^\.\\" begin: / {
    print
    file = $3 == "members" ? members : classes
    while ((getline line < file) > 0)
        print line
    close(file)
    skipping = 1
    next
}
/^\.\\" end$/ { skipping = 0 }
skipping { next }
/^\.SH/ { in_parts = $0 ~ /inbound NAME/ }
in_parts && /^\.(TP|SS|SH)/ { key = "" }
in_parts && /^\.B [a-z_]+$/ && before == ".TP" && ($2 in type) {
    key = $2
    print
    getline
    print type[key] "."
    before = ""
    next
}
in_parts && key && /^Default: / { print "Default: " initial[key] "."; next }
{ before = $0; print }
