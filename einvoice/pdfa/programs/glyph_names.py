"""Names of glyphs: the standard strings of CFF, the encodings that PDF knows by name, and what the names mean.

    STANDARD_STRINGS[34]             # "A"
    ENCODINGS["WinAnsiEncoding"]     # {32: "space", ..., 128: "Euro", ...}
    unicode_of("eacute")             # "é"

Sources: Adobe Technical Note 5176 appendix A (standard strings) and B (standard encoding); ISO 32000-1:2008 annex D
(encodings); Adobe Glyph List, as pypdf carries it.
"""

from __future__ import annotations

import re

from pypdf._codecs import adobe_glyphs

_STRINGS = """
.notdef space exclam quotedbl numbersign dollar percent ampersand quoteright parenleft parenright asterisk plus
comma hyphen period slash zero one two three four five six seven eight nine colon semicolon less equal greater
question at A B C D E F G H I J K L M N O P Q R S T U V W X Y Z bracketleft backslash bracketright asciicircum
underscore quoteleft a b c d e f g h i j k l m n o p q r s t u v w x y z braceleft bar braceright asciitilde
exclamdown cent sterling fraction yen florin section currency quotesingle quotedblleft guillemotleft
guilsinglleft guilsinglright fi fl endash dagger daggerdbl periodcentered paragraph bullet quotesinglbase
quotedblbase quotedblright guillemotright ellipsis perthousand questiondown grave acute circumflex tilde macron
breve dotaccent dieresis ring cedilla hungarumlaut ogonek caron emdash AE ordfeminine Lslash Oslash OE
ordmasculine ae dotlessi lslash oslash oe germandbls onesuperior logicalnot mu trademark Eth onehalf plusminus
Thorn onequarter divide brokenbar degree thorn threequarters twosuperior registered minus eth multiply
threesuperior copyright Aacute Acircumflex Adieresis Agrave Aring Atilde Ccedilla Eacute Ecircumflex Edieresis
Egrave Iacute Icircumflex Idieresis Igrave Ntilde Oacute Ocircumflex Odieresis Ograve Otilde Scaron Uacute
Ucircumflex Udieresis Ugrave Yacute Ydieresis Zcaron aacute acircumflex adieresis agrave aring atilde ccedilla
eacute ecircumflex edieresis egrave iacute icircumflex idieresis igrave ntilde oacute ocircumflex odieresis
ograve otilde scaron uacute ucircumflex udieresis ugrave yacute ydieresis zcaron exclamsmall Hungarumlautsmall
dollaroldstyle dollarsuperior ampersandsmall Acutesmall parenleftsuperior parenrightsuperior twodotenleader
onedotenleader zerooldstyle oneoldstyle twooldstyle threeoldstyle fouroldstyle fiveoldstyle sixoldstyle
sevenoldstyle eightoldstyle nineoldstyle commasuperior threequartersemdash periodsuperior questionsmall
asuperior bsuperior centsuperior dsuperior esuperior isuperior lsuperior msuperior nsuperior osuperior rsuperior
ssuperior tsuperior ff ffi ffl parenleftinferior parenrightinferior Circumflexsmall hyphensuperior Gravesmall
Asmall Bsmall Csmall Dsmall Esmall Fsmall Gsmall Hsmall Ismall Jsmall Ksmall Lsmall Msmall Nsmall Osmall Psmall
Qsmall Rsmall Ssmall Tsmall Usmall Vsmall Wsmall Xsmall Ysmall Zsmall colonmonetary onefitted rupiah Tildesmall
exclamdownsmall centoldstyle Lslashsmall Scaronsmall Zcaronsmall Dieresissmall Brevesmall Caronsmall
Dotaccentsmall Macronsmall figuredash hypheninferior Ogoneksmall Ringsmall Cedillasmall questiondownsmall
oneeighth threeeighths fiveeighths seveneighths onethird twothirds zerosuperior foursuperior fivesuperior
sixsuperior sevensuperior eightsuperior ninesuperior zeroinferior oneinferior twoinferior threeinferior
fourinferior fiveinferior sixinferior seveninferior eightinferior nineinferior centinferior dollarinferior
periodinferior commainferior Agravesmall Aacutesmall Acircumflexsmall Atildesmall Adieresissmall Aringsmall
AEsmall Ccedillasmall Egravesmall Eacutesmall Ecircumflexsmall Edieresissmall Igravesmall Iacutesmall
Icircumflexsmall Idieresissmall Ethsmall Ntildesmall Ogravesmall Oacutesmall Ocircumflexsmall Otildesmall
Odieresissmall OEsmall Oslashsmall Ugravesmall Uacutesmall Ucircumflexsmall Udieresissmall Yacutesmall
Thornsmall Ydieresissmall 001.000 001.001 001.002 001.003 Black Bold Book Light Medium Regular Roman Semibold
"""
STANDARD_STRINGS = tuple(_STRINGS.split())
_LATIN = (*STANDARD_STRINGS[:229], "Euro")  # the ISO Adobe set, in which each character has one name
_UNIVERSAL = re.compile(r"uni([0-9A-F]{4})|u([0-9A-F]{4,6})")


def unicode_of(name: str) -> str | None:
    """The text that a glyph name stands for; `None` where it is no name of the Adobe Glyph List."""
    plain = name.partition(".")[0]
    known = adobe_glyphs.get(f"/{plain}")
    if known is not None:
        return known
    match = _UNIVERSAL.fullmatch(plain)
    return chr(int(match[1] or match[2], 16)) if match and int(match[1] or match[2], 16) < 0x110000 else None


_NAME_OF = {unicode_of(name): name for name in reversed(_LATIN)}


def _named(codec: str, codes: range) -> dict[int, str]:
    texts = {code: bytes([code]).decode(codec, "ignore") for code in codes}
    return {code: _NAME_OF[text] for code, text in texts.items() if text in _NAME_OF}


# The codes that Standard Encoding uses, in the order of the standard strings 1 to 149.
_STANDARD_CODES = (
    *range(32, 127),
    *range(161, 176),
    *range(177, 181),
    *range(182, 190),
    191,
    *range(193, 201),
    202,
    203,
    205,
    206,
    207,
    208,
    225,
    227,
    232,
    233,
    234,
    235,
    241,
    245,
    248,
    249,
    250,
    251,
)
STANDARD_ENCODING = dict(zip(_STANDARD_CODES, STANDARD_STRINGS[1:150], strict=True))

ENCODINGS: dict[str, dict[int, str]] = {
    "StandardEncoding": STANDARD_ENCODING,
    # 0xA0, 0xAD and the codes without a character are spaces, hyphens and bullets (ISO 32000-1, D.2, notes 3, 5, 6).
    "WinAnsiEncoding": dict.fromkeys(range(127, 160), "bullet")
    | _named("cp1252", range(32, 256))
    | {160: "space", 173: "hyphen"},
    "MacRomanEncoding": _named("mac_roman", range(32, 256)) | {202: "space", 219: "currency"},
}
