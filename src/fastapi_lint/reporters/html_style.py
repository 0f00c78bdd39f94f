"""The looks of the page of findings, in light and dark."""

STYLE = """\
:root {
  --text: #1d2330; --soft: #5b6475; --page: #ffffff; --box: #f6f7f9; --line: #dfe3ea;
  --link: #0b57b7; --error: #b3261e; --warning: #8a5a00; --info: #0b6470; --mark: #ffe3a3;
}
@media (prefers-color-scheme: dark) {
  :root {
    --text: #e4e8f0; --soft: #a1abbd; --page: #14171d; --box: #1d212a; --line: #343b48;
    --link: #8ab8ff; --error: #ff9a92; --warning: #f2c063; --info: #79d0dc; --mark: #6a4c00;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 64rem; padding: 1.5rem 1.25rem 4rem; color: var(--text); background: var(--page);
  font: 16px/1.5 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; }
h2 { margin: 2.5rem 0 .75rem; font: 600 1.05rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
h3 { margin: 0 0 .4rem; font-size: 1rem; font-weight: 600; }
header p { margin: .25rem 0 1.5rem; color: var(--soft); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
code { padding: .1em .3em; border-radius: 4px; background: var(--box); overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: .4rem; }
th, td { padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--line); text-align: left; }
.number { text-align: right; padding-right: 1.5rem; width: 7rem; }
article {
  margin: 0 0 1rem; padding: .9rem 1rem; border: 1px solid var(--line); border-left: 4px solid var(--soft);
  border-radius: 6px; content-visibility: auto; contain-intrinsic-size: auto 14rem;
}
article.error { border-left-color: var(--error); }
article.warning { border-left-color: var(--warning); }
article.info { border-left-color: var(--info); }
article p { margin: 0 0 .6rem; }
.badge { font-size: .75rem; text-transform: uppercase; letter-spacing: .04em; }
.badge.error, td.error { color: var(--error); }
.badge.warning, td.warning { color: var(--warning); }
.badge.info, td.info { color: var(--info); }
.name, .place, .routes, .line { color: var(--soft); }
.name, .place { font-weight: 400; }
.routes code { display: inline-block; }
.line { user-select: none; }
pre { margin: 0 0 .6rem; padding: .6rem .5rem; background: var(--box); border-radius: 4px; overflow-x: auto; }
mark { background: var(--mark); color: inherit; border-radius: 2px; }
details { margin: 0 0 .6rem; }
summary { cursor: pointer; color: var(--link); }
ol { margin: .5rem 0 0; padding-left: 1.5rem; }
li pre { margin-top: .25rem; }
"""
