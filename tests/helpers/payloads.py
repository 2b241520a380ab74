"""Texts that try to become markup, script, style, formulas of a template, or more than a text."""

PAYLOADS = [
    "<script>alert(1)</script>", "</script><script>alert(1)</script>", "<!--<script>", "--><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg><script>alert(1)</script></svg>", "<b>bold</b>",
    "</title><script>alert(1)</script>", "</style><script>alert(1)</script>", "<style>*{display:none}</style>",
    "<iframe src=javascript:alert(1)>", "<a href='javascript:alert(1)'>x</a>", "<base href=//x.example>",
    "<meta http-equiv=refresh content='0;url=//x.example'>", "<link rel=stylesheet href=//x.example>",
    "<form action=//x.example><input name=a>", "<object data=x>", "<embed src=x>", "<details open ontoggle=alert(1)>",
    "\"><script>alert(1)</script>", "'><script>alert(1)</script>", "\" onmouseover=\"alert(1)", "' onfocus='alert(1)",
    "\" autofocus onfocus=alert(1) x=\"", "`onload=alert(1)`", "{{ 7 * 7 }}", "{% for x in y %}", "{# note #}",
    "{{ ''.__class__.__mro__ }}", "{name}", "{0}", "%s%n", "${7*7}", "#{7*7}", "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;", "&amp;&quot;", "]]><script>alert(1)</script>", "<![CDATA[<b>]]>",
    "<?xml version='1.0'?>", "<!ENTITY x SYSTEM 'file:///etc/passwd'>", "&x;", "\u202egnp.exe", "\u2028alert(1)//",
    "url(//x.example)", "expression(alert(1))", "javascript:alert(1)", "data:text/html,<script>alert(1)</script>",
    "=cmd|' /C calc'!A0", "\\u003cscript\\u003e", "<scr<script>ipt>alert(1)</scr</script>ipt>",
]  # fmt: skip
