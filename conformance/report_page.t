#!/bin/sh
# SPDX-License-Identifier: MIT
# report_page.t: the page of --html in a browser, on a desk and on a phone.
#
# There is no golden picture: fonts differ from machine to machine.  So the
# browser is asked what one would look for.
set -u
# shellcheck source=conformance/proof.sh
. "$PALM_SRCDIR/conformance/proof.sh"
. "$PALM_SRCDIR/harness/support/tap.sh"

factor=${PALM_TEST_TIMEOUT_FACTOR:-1}
cd "$PALM_BUILDDIR" || exit 1

for chromium in chromium chromium-browser google-chrome ''; do
    ! command -v "$chromium" >/dev/null 2>&1 || break
done

# browse ADDRESS OPTION…: as a page of our own is shown, no sandbox is needed;
# and as root there could be none.
browse() {
    address=$1
    shift
    HOME=$tmp timeout "$(echo "$factor" | awk '{ print 60 * $1 }')" \
        "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars \
        --user-data-dir="$tmp/profile" "$@" "$address" 2>"$tmp/browse.err"
}

if [ -z "$chromium" ]; then
    skip "the page in a browser" "no chromium"
    done_testing
    exit
fi
echo '<title>x</title><p>here</p>' >"$tmp/plain.html"
if ! browse "file://$tmp/plain.html" --dump-dom >"$tmp/plain.dom" ||
    ! grep -q here "$tmp/plain.dom"; then
    sed 's/^/# /' "$tmp/browse.err"
    skip "the page in a browser" "$chromium does not start here"
    done_testing
    exit
fi

# --- pages -------------------------------------------------------------------

# What the parrot says is wrong, but it says something.
./palm-conform --target 'conformance/targets/empty-target parrot' \
    --timeout-factor "$(echo "$factor" | awk '{ print $1 * 0.1 }')" \
    --run 'PALM-CACHE-*' --work "$tmp/work" --html "$tmp/parrot.html" \
    --jsonl "$tmp/parrot.jsonl" >/dev/null
is "the parrot fails" "$?" 1
# The same with the longest frame that a trace shows, and with no blank.
awk 'BEGIN { while (i++ < 512) long = long "\\\\xff" }
    (at = index($0, "\"trace\":[")) {
        at += length("\"trace\":[")
        $0 = substr($0, 1, at - 1) "\"1\\t>\\tpeer\\t" long "\"," substr($0, at)
    }
    { print }' "$tmp/parrot.jsonl" >"$tmp/long.jsonl"
golden=$PALM_SRCDIR/conformance/golden/run.jsonl
./palm-conform --keep --merge "$golden" --html "$tmp/all.html"
./palm-conform --keep --merge "$golden" "$tmp/long.jsonl" --html "$tmp/two.html"
set -- "$tmp/long.jsonl" "$tmp/long.jsonl"
./palm-conform --keep --merge "$@" "$@" "$@" "$@" --html "$tmp/eight.html"
ok "the long frame is on the page" grep -qF \
    "$(awk 'BEGIN { while (i++ < 512) printf "\\xff" }')" "$tmp/two.html"

# --- what the browser sees ---------------------------------------------------

# Runs in the page; its last act is to tell what is wrong.
cat >"$tmp/measure.js" <<'END'
addEventListener("load", function () {
    var wrong = [];
    function all(what, within) {
        return Array.prototype.slice.call(
            (within || document).querySelectorAll(what));
    }
    function must(what, truth) {
        if (!truth) wrong.push(what);
    }
    function seen(element) {
        var box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && box.left >= 0 &&
            box.right <= innerWidth;
    }
    function light(colour) {
        var rgb = colour.match(/[\d.]+/g).slice(0, 3).map(function (c) {
            c /= 255;
            return c <= 0.04045 ? c / 12.92
                : Math.pow((c + 0.055) / 1.055, 2.4);
        });
        return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
    }
    function ground(element) {
        for (; element; element = element.parentElement) {
            var colour = getComputedStyle(element).backgroundColor;
            if (!/^rgba\(.*, 0\)$/.test(colour)) return colour;
        }
        return "rgb(255, 255, 255)";
    }
    function contrast(element) {
        var a = light(getComputedStyle(element).color) + 0.05;
        var b = light(ground(element)) + 0.05;
        return a > b ? a / b : b / a;
    }
    function scrolls(when) {
        var root = document.documentElement;
        if (root.scrollWidth <= innerWidth) return;
        wrong.push(when + " it is " + root.scrollWidth + " wide: " +
            all("body *").filter(function (element) {
                return element.getBoundingClientRect().right > innerWidth;
            }).slice(0, 3).map(function (element) {
                return element.outerHTML.slice(0, 80);
            }).join(" "));
    }
    scrolls("closed");
    must("a headline is seen", all(".headline").length > 0 &&
        all(".headline").every(function (headline) {
            return seen(headline) && /CONFORMANT/.test(headline.innerText);
        }));
    must("rules that fail are seen", all("details.FAIL").length > 0 &&
        all("details.FAIL").every(function (cell) {
            return seen(cell) && seen(cell.parentElement) &&
                seen(cell.querySelector("summary .badge")) &&
                seen(cell.querySelector("summary .reason"));
        }));
    must("what a cell has is hidden", all("details .facts").every(
        function (facts) { return !facts.checkVisibility(); }));
    all("details").forEach(function (cell) { cell.open = true; });
    scrolls("opened");
    must("what a cell has is seen", all(
        "details .facts, details pre, .trace li, .frame, .message dd").every(
        seen));
    must("messages are taken apart", all(".message dd").length > 0);
    all("body, h1, h2, .headline, .level, .badge, .letter, a, dt, dd, " +
        "summary, .name, .reason, .time, .way, .peer, code, pre, p").forEach(
        function (element) {
            if (contrast(element) < 4.5) {
                wrong.push("contrast of " + element.className + " " +
                    element.tagName);
            }
        });
    var dark = matchMedia("(prefers-color-scheme: dark)").matches;
    must("its colours are those that are wanted",
        dark === light(ground(document.body)) < 0.2);
    all("#filter input").forEach(function (box) { box.click(); });
    must("the filter hides", all(".rule").every(
        function (rule) { return !seen(rule); }));
    var fail = document.querySelector('#filter input[value="FAIL"]');
    must("the filter is seen", seen(fail));
    fail.click();
    must("the filter shows", all(".rule").every(function (rule) {
        return seen(rule) === (all("details.FAIL", rule).length > 0);
    }));
    parent.document.getElementById("w" + innerWidth).textContent =
        wrong.filter(function (what, at) {
            return wrong.indexOf(what) === at;
        }).join("; ") || "all is well in the " + (dark ? "dark" : "light");
});
END

# frame PAGE WIDTH: that page in a frame of that width: windows have a least
# width, frames do not.  As its text stands here it may speak with us.
frame() {
    echo "<p id=\"w$2\">nothing</p>"
    printf '<iframe style="border:0;width:%spx;height:3000px" srcdoc="' "$2"
    {
        cat "$tmp/$1.html"
        echo '<script>'
        cat "$tmp/measure.js"
        echo '</script>'
    } | sed 's/&/\&amp;/g; s/"/\&quot;/g'
    echo '"></iframe>'
}

# measure PAGE LIGHT-OR-DARK OPTION…
measure() {
    {
        frame "$1" 1280
        frame "$1" 390
    } >"$tmp/frame.html"
    page=$1
    as=$2
    shift 2
    browse "file://$tmp/frame.html" --dump-dom "$@" >"$tmp/frame.dom"
    for width in 1280 390; do
        is "page $page is well at $width in the $as" \
            "$(sed -n "s/.*<p id=\"w$width\">\([^<]*\)<.*/\1/p" \
                "$tmp/frame.dom")" "all is well in the $as"
    done
}

for page in parrot all two eight; do
    measure "$page" light
    measure "$page" dark --blink-settings=preferredColorScheme=0
done

# --- pictures ----------------------------------------------------------------

# word FILE OFFSET: four bytes of a PNG.
word() {
    od -A n -t u1 -j "$2" -N 4 "$1" |
        awk '{ print (($1 * 256 + $2) * 256 + $3) * 256 + $4 }'
}

# Of one colour only, a picture is hardly larger than its head.
size_of() {
    wc -c <"$1" | tr -d ' '
}

for width in 1280 390; do
    for page in plain parrot two; do
        browse "file://$tmp/$page.html" --window-size="$width,1400" \
            --screenshot="$tmp/$page-$width.png" >/dev/null
    done
    for page in parrot two; do
        picture=$tmp/$page-$width.png
        is "the picture of $page is $width wide and 1400 high" \
            "$(word "$picture" 16) $(word "$picture" 20)" "$width 1400"
        ok "the picture of $page at $width has something on it" test \
            "$(size_of "$picture")" -gt \
            $((5 * $(size_of "$tmp/plain-$width.png")))
    done
done
if [ -n "${PALM_PICTURES-}" ]; then # to look at them
    cp "$tmp"/*.png "$PALM_PICTURES"
fi
done_testing
