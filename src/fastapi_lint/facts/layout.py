"""What each LibCST node consists of, in the order of the text.

One line a node type. A word names a field that holds a node (or nothing); the other items are

    'def'     this very text               name=    a field that holds text (or nothing)
    space~    a field that holds spaces    items*   a field that holds a sequence of nodes
    names*?   such a sequence, or a star   indent   the indentation of the line
    field+1   one character more when the field holds something; `+indent`: the indentation then
    ( … )     the node's own parentheses around it, which its span leaves out
    < … >     the node's span, where it has no parentheses and what comes before or after is left out
    < … ]     the same, up to the last `|` inside
    |         the end of a line of statements, without what follows them there

It says what LibCST's code generator does for trees that its parser made, where no token is left out.
Nodes whose text depends on more than that are measured by functions in `positions`.
"""

from __future__ import annotations

LAYOUT: dict[str, str] = {
    # --- names, literals ----------------------------------------------------------------------------
    "Name": "( value= )",
    "Integer": "( value= )",
    "Float": "( value= )",
    "Imaginary": "( value= )",
    "SimpleString": "( value= )",
    "Ellipsis": "( '...' )",
    "ConcatenatedString": "( left whitespace_between~ right )",
    "FormattedString": "( start= parts* end= )",
    "FormattedStringText": "value=",
    "TemplatedString": "( start= parts* end= )",
    "TemplatedStringText": "value=",
    # --- displays and comprehensions ------------------------------------------------------------------
    "Tuple": "( elements* )",
    "List": "( lbracket elements* rbracket )",
    "Set": "( lbrace elements* rbrace )",
    "Dict": "( lbrace elements* rbrace )",
    "Element": "value comma",
    "StarredElement": "( '*' whitespace_before_value~ value ) comma",
    "DictElement": "key whitespace_before_colon~ ':' whitespace_after_colon~ value comma",
    "StarredDictElement": "'**' whitespace_before_value~ value comma",
    "ListComp": "( lbracket elt for_in rbracket )",
    "SetComp": "( lbrace elt for_in rbrace )",
    "GeneratorExp": "( elt for_in )",
    "DictComp": "( lbrace key whitespace_before_colon~ ':' whitespace_after_colon~ value for_in rbrace )",
    "StarredDictComp": "( lbrace '**' whitespace_before_value~ value for_in rbrace )",
    "CompFor": "whitespace_before~ asynchronous 'for' whitespace_after_for~ target whitespace_before_in~ 'in'"
    " whitespace_after_in~ iter ifs* inner_for_in",
    "CompIf": "whitespace_before~ 'if' whitespace_before_test~ test",
    # --- operations -------------------------------------------------------------------------------------
    "Attribute": "( value dot attr )",
    "Call": "( func whitespace_after_func~ '(' whitespace_before_args~ args* ')' )",
    "Arg": "star= whitespace_after_star~ keyword equal value comma whitespace_after_arg~",
    "Subscript": "( value whitespace_after_value~ lbracket slice* rbracket )",
    "SubscriptElement": "slice comma",
    "Index": "star= whitespace_after_star value",
    "Slice": "lower first_colon upper second_colon step",
    "BinaryOperation": "( left operator right )",
    "BooleanOperation": "( left operator right )",
    "UnaryOperation": "( operator expression )",
    "Comparison": "( left comparisons* )",
    "ComparisonTarget": "operator comparator",
    "IfExp": "( body whitespace_before_if~ 'if' whitespace_after_if~ test whitespace_before_else~ 'else'"
    " whitespace_after_else~ orelse )",
    "NamedExpr": "( target whitespace_before_walrus~ ':=' whitespace_after_walrus~ value )",
    "Await": "( 'await' whitespace_after_await~ expression )",
    "Yield": "( 'yield' whitespace_after_yield value )",
    "From": "whitespace_before_from 'from' whitespace_after_from~ item",
    "Lambda": "( 'lambda' whitespace_after_lambda params colon body )",
    # --- parameters and types ---------------------------------------------------------------------------
    "Parameters": "posonly_params* posonly_ind params* star_arg kwonly_params* star_kwarg",
    "Param": "< star= whitespace_after_star~ name > annotation equal default comma whitespace_after_param~",
    "ParamSlash": "'/' whitespace_after~ comma",
    "ParamStar": "'*' comma",
    "Annotation": "whitespace_before_indicator ':' whitespace_after_indicator~ annotation",
    "TypeParameters": "lbracket params* rbracket",
    "TypeParam": "param equal star= whitespace_after_star~ default comma",
    "TypeVar": "name colon bound",
    "TypeVarTuple": "'*' whitespace_after_star~ name",
    "ParamSpec": "'**' whitespace_after_star~ name",
    # --- simple statements --------------------------------------------------------------------------------
    "SimpleStatementLine": "leading_lines* indent body* | trailing_whitespace",
    "SimpleStatementSuite": "leading_whitespace~ body* | trailing_whitespace",
    "Expr": "< value > semicolon",
    "Assign": "< targets* value > semicolon",
    "AssignTarget": "target whitespace_before_equal~ '=' whitespace_after_equal~",
    "AnnAssign": "< target annotation equal value > semicolon",
    "AugAssign": "< target operator value > semicolon",
    "Return": "< 'return' whitespace_after_return value > semicolon",
    "Raise": "< 'raise' whitespace_after_raise exc cause > semicolon",
    "Assert": "'assert' whitespace_after_assert~ test comma msg semicolon",
    "Del": "< 'del' whitespace_after_del~ target > semicolon",
    "Pass": "'pass' semicolon",
    "Break": "'break' semicolon",
    "Continue": "'continue' semicolon",
    "Global": "'global' whitespace_after_global~ names* semicolon",
    "Nonlocal": "'nonlocal' whitespace_after_nonlocal~ names* semicolon",
    "NameItem": "name comma",
    "Import": "'import' whitespace_after_import~ names* semicolon",
    "ImportFrom": "'from' whitespace_after_from~ relative* module whitespace_before_import~ 'import'"
    " whitespace_after_import~ lpar names*? rpar semicolon",
    "LazyImport": "'lazy' whitespace_after_lazy~ 'import' whitespace_after_import~ names* semicolon",
    "LazyImportFrom": "'lazy' whitespace_after_lazy~ 'from' whitespace_after_from~ relative* module"
    " whitespace_before_import~ 'import' whitespace_after_import~ lpar names*? rpar semicolon",
    "ImportAlias": "name asname comma",
    "AsName": "whitespace_before_as~ 'as' whitespace_after_as~ name",
    "TypeAlias": "'type' whitespace_after_type~ name whitespace_after_name type_parameters"
    " whitespace_after_type_parameters '=' whitespace_after_equals~ value semicolon",
    # --- compound statements --------------------------------------------------------------------------------
    "FunctionDef": "leading_lines* decorators* lines_after_decorators* indent < asynchronous 'def'"
    " whitespace_after_def~ name whitespace_after_name~ type_parameters whitespace_after_type_parameters~ '('"
    " whitespace_before_params~ params ')' returns+1 returns whitespace_before_colon~ ':' body ]",
    "Decorator": "leading_lines* indent '@' whitespace_after_at~ decorator trailing_whitespace",
    "ClassDef": "leading_lines* decorators* lines_after_decorators* indent < 'class' whitespace_after_class~ name"
    " whitespace_after_name~ type_parameters whitespace_after_type_parameters~ lpar bases* keywords* rpar"
    " whitespace_before_colon~ ':' body ]",
    "Else": "leading_lines* indent 'else' whitespace_before_colon~ ':' body",
    "While": "leading_lines* indent < 'while' whitespace_after_while~ test whitespace_before_colon~ ':' body orelse ]",
    "For": "leading_lines* indent < asynchronous 'for' whitespace_after_for~ target whitespace_before_in~ 'in'"
    " whitespace_after_in~ iter whitespace_before_colon~ ':' body orelse ]",
    "With": "leading_lines* indent < asynchronous 'with' whitespace_after_with~ lpar items* rpar"
    " whitespace_before_colon~ ':' body ]",
    "WithItem": "< item asname > comma",
    "Try": "leading_lines* indent 'try' whitespace_before_colon~ ':' body handlers* orelse finalbody",
    "TryStar": "leading_lines* indent 'try' whitespace_before_colon~ ':' body handlers* orelse finalbody",
    "ExceptHandler": "leading_lines* indent 'except' whitespace_after_except~ type name whitespace_before_colon~ ':' body",
    "ExceptStarHandler": "leading_lines* indent 'except' whitespace_after_except~ '*' whitespace_after_star~ type name"
    " whitespace_before_colon~ ':' body",
    "Finally": "leading_lines* indent 'finally' whitespace_before_colon~ ':' body",
    # --- match ------------------------------------------------------------------------------------------------
    "MatchValue": "value",
    "MatchSingleton": "value",
    "MatchSequenceElement": "value comma",
    "MatchList": "( lbracket patterns* rbracket )",
    "MatchTuple": "( patterns* )",
    "MatchOr": "( patterns* )",
    "MatchOrElement": "pattern separator",
    "MatchClass": "( cls whitespace_after_cls~ '(' whitespace_before_patterns~ patterns* kwds* whitespace_after_kwds~ ')' )",
    "MatchKeywordElement": "key whitespace_before_equal~ '=' whitespace_after_equal~ pattern comma",
    "MatchMappingElement": "key whitespace_before_colon~ ':' whitespace_after_colon~ pattern comma",
    # --- tokens with spaces around them -------------------------------------------------------------------------
    "Asynchronous": "'async' whitespace_after~",
    "ImportStar": "'*'",
    "LeftParen": "'(' whitespace_after~",
    "RightParen": "whitespace_before~ ')'",
    "LeftSquareBracket": "'[' whitespace_after~",
    "RightSquareBracket": "whitespace_before~ ']'",
    "LeftCurlyBrace": "'{' whitespace_after~",
    "RightCurlyBrace": "whitespace_before~ '}'",
    "NotIn": "whitespace_before~ 'not' whitespace_between~ 'in' whitespace_after~",
    "IsNot": "whitespace_before~ 'is' whitespace_between~ 'not' whitespace_after~",
    "NotEqual": "whitespace_before~ value= whitespace_after~",
    "Comment": "value=",
    # --- spaces and lines -----------------------------------------------------------------------------------------
    "SimpleWhitespace": "value=",
    "ParenthesizedWhitespace": "first_line empty_lines* indent+indent last_line~",
    "TrailingWhitespace": "whitespace~ comment newline",
    "EmptyLine": "indent+indent whitespace~ comment newline",
}  # fmt: skip

_PREFIXES = {"Not": "not", "Minus": "-", "Plus": "+", "BitInvert": "~"}

_BETWEEN = {
    "Comma": ",", "Semicolon": ";", "Colon": ":", "AssignEqual": "=", "Dot": ".",
    "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "FloorDivide": "//", "Modulo": "%", "Power": "**",
    "MatrixMultiply": "@", "LeftShift": "<<", "RightShift": ">>", "BitAnd": "&", "BitOr": "|", "BitXor": "^",
    "And": "and", "Or": "or", "In": "in", "Is": "is", "Equal": "==", "LessThan": "<", "LessThanEqual": "<=",
    "GreaterThan": ">", "GreaterThanEqual": ">=",
    "AddAssign": "+=", "SubtractAssign": "-=", "MultiplyAssign": "*=", "DivideAssign": "/=", "FloorDivideAssign": "//=",
    "ModuloAssign": "%=", "PowerAssign": "**=", "MatrixMultiplyAssign": "@=", "LeftShiftAssign": "<<=",
    "RightShiftAssign": ">>=", "BitAndAssign": "&=", "BitOrAssign": "|=", "BitXorAssign": "^=",
}  # fmt: skip

LAYOUT |= {name: f"'{token}' whitespace_after~" for name, token in _PREFIXES.items()}
LAYOUT |= {name: f"whitespace_before~ '{token}' whitespace_after~" for name, token in _BETWEEN.items()}
