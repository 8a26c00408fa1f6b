/* SPDX-License-Identifier: MIT */
/* html_style.c: the look of the page, and its only script.  Both stand in the
 * page itself: it loads nothing. */
#include "conformance/engine/html.h"

/* clang-format off */
static const char *const style[] = {
    ":root{color-scheme:light dark;--ground:#fff;--ink:#1b1f24;"
    "--soft:#57606a;--line:#d0d7de;--shade:#f4f6f8;--link:#0858b5}",
    "@media(prefers-color-scheme:dark){:root{--ground:#12161c;--ink:#e3e8ee;"
    "--soft:#a0abb8;--line:#364150;--shade:#1b222c;--link:#7db7ff}}",
    "*{box-sizing:border-box}",
    "[hidden]{display:none!important}",
    "body{margin:0 auto;max-width:80rem;padding:1rem;"
    "background:var(--ground);color:var(--ink);font:1rem/1.45 system-ui,"
    "sans-serif;overflow-wrap:anywhere}",
    "h1{font-size:1.5rem;margin:0 0 .5rem}",
    "h2{font-size:1.2rem;margin:0 0 .5rem}",
    "h3,h4{font-size:1rem;margin:0}",
    "h4{margin-top:.75rem}",
    "p{margin:.25rem 0}",
    "a{color:var(--link)}",
    ":focus-visible{outline:3px solid var(--link);outline-offset:2px}",
    "code,pre,.message dd,.name{font-family:ui-monospace,monospace;"
    "font-size:.85rem}",
    "pre{margin:.25rem 0;padding:.5rem;background:var(--shade);border:1px "
    "solid var(--line);border-radius:4px;white-space:pre-wrap}",
    ".headline{font-size:1.1rem;font-weight:600}",
    ".target,nav,form{margin-bottom:1.25rem;padding:1rem;border:1px solid "
    "var(--line);border-radius:6px}",
    ".badge{display:inline-block;padding:0 .5em;border-radius:4px;color:#fff;"
    "background:#57606a;font-size:.8rem;line-height:1.6;white-space:nowrap}",
    ".badge.PASS{background:#1a7433}",
    ".badge.FAIL{background:#c2182b}",
    ".badge.ERROR{background:#8a2bb8}",
    ".badge.UNIMPLEMENTED{background:#8a4b00}",
    ".badge.KNOWN{background:#7a5a00}",
    ".badge.FIXED{background:#0858b5}",
    ".letter{display:inline-block;min-width:1.5em;text-align:center;"
    "border:1px solid var(--line);border-radius:4px;font-size:.8rem}",
    "dl{margin:.5rem 0 0}",
    "dl>div{display:grid;grid-template-columns:8rem minmax(0,1fr);gap:.5rem;"
    "padding:.1rem 0}",
    "dt,.level,.time,.peer,.none{color:var(--soft)}",
    "dd{margin:0;white-space:pre-wrap}",
    "nav ul{list-style:none;margin:0;padding:0;display:grid;"
    "grid-template-columns:repeat(auto-fill,minmax(min(100%,17rem),1fr));"
    "gap:.4rem 1rem}",
    "nav .sums{display:inline-block}",
    "nav a{display:inline-block;min-width:6rem}",
    "nav .sums a{min-width:0;text-decoration:none}",
    ".troubles ul{grid-template-columns:minmax(0,1fr)}",
    ".troubles li{overflow-wrap:anywhere}",
    "fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;"
    "gap:.4rem 1rem}",
    "legend{font-weight:600;padding:0 0 .4rem}",
    "main section{margin-bottom:1.5rem}",
    ".rule{display:grid;gap:.4rem 1rem;padding:.6rem 0;border-top:1px solid "
    "var(--line);grid-auto-flow:dense;align-items:start}",
    ".rule h3{display:inline}",
    ".level{font-size:.85rem}",
    ".cell{margin:0;min-width:0;border:1px solid var(--line);border-left:5px "
    "solid #57606a;border-radius:4px;padding:.3rem .5rem}",
    ".cell.PASS{border-left-color:#1a7433}",
    ".cell.FAIL{border-left-color:#c2182b}",
    ".cell.ERROR{border-left-color:#8a2bb8}",
    ".cell.UNIMPLEMENTED{border-left-color:#8a4b00}",
    ".cell.KNOWN{border-left-color:#7a5a00}",
    ".cell.FIXED{border-left-color:#0858b5}",
    "p.cell{color:var(--soft)}",
    "summary{cursor:pointer}",
    ".frame summary{color:var(--soft);font-size:.8rem}",
    ".reason{display:block}",
    "@media(min-width:48rem){",
    ".few .rule{grid-template-columns:minmax(0,1fr) repeat(var(--targets),"
    "minmax(0,1fr))}",
    ".few .rule>.text{grid-column:1}",
    ".few .rule>.cell{grid-column:var(--column)}",
    ".few .rule>.cell[open]{grid-column:1/-1}",
    "}",
    ".many .rule{grid-template-columns:repeat(auto-fill,minmax(min(100%,"
    "12rem),1fr))}",
    ".many .text,.many .cell[open]{grid-column:1/-1}",
    ".trace{list-style:none;margin:.25rem 0;padding:0}",
    ".trace li{padding:.3rem .5rem;border-bottom:1px solid var(--line)}",
    ".trace .time{display:inline-block;min-width:6.5rem;"
    "font-variant-numeric:tabular-nums}",
    ".way{display:inline-block;min-width:8rem;font-weight:600}",
    ".in .way::before{content:\"\\2192  \"}",
    ".out .way::before{content:\"\\2190  \"}",
    ".event .way{font-weight:400}",
    ".frame{margin:.25rem 0;padding:.25rem .5rem;background:var(--shade);"
    "border-radius:4px}",
    ".message{margin:.25rem 0 0;padding-top:.25rem;border-top:1px dashed "
    "var(--line)}",
    ".message>div{grid-template-columns:7rem minmax(0,1fr);padding:0;"
    "font-size:.85rem}",
    "@media(max-width:30rem){",
    "body{padding:.6rem}",
    "dl>div{grid-template-columns:7rem minmax(0,1fr);gap:.25rem}",
    ".message>div{grid-template-columns:5.5rem minmax(0,1fr)}",
    ".target,nav,form{padding:.6rem}",
    ".trace li{padding:.3rem 0}",
    ".trace .time,.way{min-width:0;margin-right:.5rem}",
    "}",
    NULL,
};

/* The page can be read without it; what it adds is the filter. */
static const char *const script[] = {
    "(function(){",
    "var form=document.getElementById(\"filter\");",
    "var boxes=form.querySelectorAll(\"input\");",
    "var rules=document.querySelectorAll(\".rule\");",
    "function show(){",
    "var on=[],shown=0;",
    "boxes.forEach(function(box){if(box.checked)on.push(box.value);});",
    "rules.forEach(function(rule){",
    "rule.hidden=!Array.prototype.some.call(rule.querySelectorAll(\"details"
    "\"),function(cell){",
    "return on.indexOf(cell.dataset.verdict)>=0;});",
    "if(!rule.hidden)shown++;});",
    "document.querySelectorAll(\"main section\").forEach(function(topic){",
    "topic.hidden=!topic.querySelector(\".rule:not([hidden])\");});",
    "document.getElementById(\"shown\").textContent=shown+\" of "
    "\"+rules.length+\" rules are shown\";",
    "}",
    "boxes.forEach(function(box){",
    "box.parentNode.hidden=!document.querySelector(\"details.\"+box.value);",
    "box.addEventListener(\"change\",show);});",
    "form.hidden=false;",
    "show();",
    "})();",
    NULL,
};
/* clang-format on */

static void
put_lines(FILE *file, const char *const *lines)
{
    for (; *lines != NULL; lines++) {
        fprintf(file, "%s\n", *lines);
    }
}

void
html_head(FILE *file, const char *title)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
          "<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
          "content=\"width=device-width,initial-scale=1\">\n<title>",
          file);
    html_text(file, title);
    fputs("</title>\n<style>\n", file);
    put_lines(file, style);
    fputs("</style>\n</head>\n<body>\n", file);
}

void
html_tail(FILE *file)
{
    fputs("<script>\n", file);
    put_lines(file, script);
    fputs("</script>\n</body>\n</html>\n", file);
}
