"""Tokens of a typed sentence, cut as in the English Web Treebank."""

import re
import unicodedata

ABBREVIATIONS = (
    "Mr|Mrs|Ms|Messrs|Mx|Dr|Drs|Prof|Rev|Fr|Hon|Pres|Gov|Sen|Reps?|Gen|Col|Maj|Capt|Cmdr|Lt|Sgt|Cpl|Pvt|Adm"
    "|Sr|Jr|St|Ste|Mt|Ft|Ave|Blvd|Rd|Inc|Ltd|Corp|Co|Bros|Assn|Dept|Univ|Est|Attn|Ext|Tel|Fig|Vol|Nos"
    "|etc|vs|cf|ca|al|eg|ie|approx|dept|est|incl|viz"
)
# These are whole words too, so they count as short forms only when more text follows.
DATES = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Mon|Tues?|Wed|Thurs?|Thur|Fri|Sat|Sun"
PREFIXES = (
    "anti|arch|co|counter|cross|e|ex|inter|intra|mid|mini|multi|neo|non|over|post|pre|pro|psycho|quasi|re|semi"
    "|socio|sub|super|trans|ultra|under|un|vice"
)
FILE_ENDINGS = "com|org|net|edu|gov|mil|info|biz|io|html?|pdf|docx?|xlsx?|pptx?|txt|csv|jpe?g|png|gif|zip"
UNITS = r"a\.?m\b\.?|p\.?m\b\.?|k|m|mm|cm|km|mi|kg|mg|lbs?|oz|ft|in|hrs?|mins?|yrs?|yo|mph|bn|[KMG]B"

# The first alternative that fits at a place wins, so what must stay whole stands before what would cut it.
TOKEN = re.compile(
    rf"""
      # the address of a page
      (?: https?:// | www\. ) [^\s<>"]* [^\s<>"'’”.,;:!?)\]}}]
      # an address of mail
    | (?<![\w.+-]) [\w.+-]++ @ \w[\w-]* (?: \.\w[\w-]* )+
      # the name of a site or a file
    | (?<![\w.-]) \w[\w-]* (?: \.\w[\w-]* )* \. (?: {FILE_ENDINGS} ) (?: /[^\s<>"]*[\w/] )? (?!\w) (?!\.\w)
      # a smiley
    | (?<!\w) (?: [:;=8][-o']?[()DPp/\\|] | <3 | \(: | \^_\^ ) (?!\w)
      # a date such as 12-Nov-2004
    | (?<!\w) \d{{1,2}}-[A-Z][a-z]{{2}}-\d{{2,4}} (?!\w)
      # a telephone number, or a date such as 2004-11-12
    | (?<![\w-]) (?: \d{{3}}-\d{{3}}-\d{{4}} | \d{{3}}(?:\d\d)?-\d{{4}} | \d{{4}}-\d\d-\d\d ) (?![\w-])
      # a date or a fraction with slashes
    | (?<!\w) \d+ (?: /\d+ )+ (?!\w)
      # a number that a unit follows: 5km, 9a.m.
    | (?<![\w.]) \d+ (?: [.,:]\d+ )* (?= (?i: {UNITS} ) (?!\w) )
      # a number with points, commas or colons
    | (?<!\w) \d+ (?: [.,:]\d+ )+ (?!\w)
      # a number that begins with its point
    | (?<![\w.]) \.\d+ (?!\w)
      # letters joined by &: AT&T
    | (?<!\w) [A-Z]+ (?: &[A-Z]+ )+ (?!\w)
    | (?<!\w) Ph\.D\.
      # initials in one: U.S.
    | (?<![\w.]) (?: [^\W\d_]\. ){{2,}}
    | (?<!\w) (?: {ABBREVIATIONS} ) \.
    | (?<!\w) (?: {DATES} ) \. (?= \s* \S )
      # a number sign, not the word no
    | (?<!\w) No\. (?= \s* \d )
      # an initial before a name; I is a word
    | (?<![\w.]) [A-HJ-Z]\. (?= \s+ [A-Z][a-z] )
      # w/o, w/, c/o
    | (?<!\w) (?: [wW]/(?:out|o|in)? | [^\W\d_]/[^\W\d_] ) (?!\w)
      # clitics that stand alone: n't, 's, '90s
    | (?<!['’]) (?: (?<!\w)n['’]t | ['’](?: s|m|d|re|ve|ll ) | ['’]\d\ds? ) (?!\w) (?! ['’]\w )
    | (?<!\w) N['’]T (?!\w) | (?<!['’]) ['’](?: S|M|D|RE|VE|LL ) (?!\w)
      # a prefix with its hyphen and word
    | (?<![\w-]) (?i: {PREFIXES} ) - [^\W\d_]+ (?: ['’][^\W\d_]+ )* (?![\w-])
      # dollars of a country
    | (?: US | C | A | U )\$
      # a word, with what an apostrophe joins to it
    | \w+ (?: ['’][^\W\d_]+ )*
      # marks that repeat, and at last any other sign
    | \.{{2,}}[!?]* | [!?]+ | ([^\w\s])\1+ | \S
""",
    re.VERBOSE,
)

CLITIC = re.compile(r"(?:n['’]t|['’](?:s|m|d|re|ve|ll))\Z", re.I)
LONGEST_CLITIC = 3
BARE_CLITIC = re.compile(r"(do|does|did|is|was|are|were|ca|could|would|should|ha[sd]|have)(nt)", re.I)
FUSED = re.compile(r"(can)(not)|(gon|wan)(na)|(got)(ta)", re.I)


# Within a word of Persian or Hindi, and at a possible break of one: they belong to the letter before.
JOINERS = "\u200c\u200d\u00ad"


def tokenize(text: str) -> list[str]:
    """Cut a typed sentence into tokens, in the convention of the English Web Treebank.

    Punctuation stands alone, repeated marks stay together, clitics are cut off (`do n't`, `Ana 's`,
    `can not`). Hyphens and slashes between words are tokens (`al - Ani`), except after a prefix such as
    `anti-` or `e-`. Abbreviations, numbers, dates, addresses of pages and mail, and smileys stay whole.
    Accents, vowel signs and points stay with their letter, in any script and however the text is composed.
    What it does not do: find words where none are parted by spaces (Chinese, Japanese, Thai), or cut particles and
    endings off (Korean, Turkish, Arabic); give such text to a program for its language first, and pass token lists.
    No character is lost: the tokens joined are the text without its white space.

    Args:
        text: any text; it is not cut into sentences.

    Returns:
        The tokens, in their original casing.

    Raises:
        TypeError: text is not a string.

    >>> tokenize("Mr. Al-Ani didn't pay $3.50 in the U.S., did he?")
    ['Mr.', 'Al', '-', 'Ani', 'did', "n't", 'pay', '$', '3.50', 'in', 'the', 'U.S.', ',', 'did', 'he', '?']
    """
    if not isinstance(text, str):
        raise TypeError(f"expected a string, not {type(text).__name__}; a list of tokens needs no tokenizing")
    if text.isascii():
        return [part for match in TOKEN.finditer(text) for part in _parts(match[0])]
    # The marks are left out while words are found, and come back with the letters that they belong to.
    places = [k for k, character in enumerate(text) if not _attached(character, text[k - 1] if k else " ")]
    bare = "".join([text[k] for k in places])
    places.append(len(text))
    found = (text[places[match.start()] : places[match.end()]] for match in TOKEN.finditer(bare))
    return [part for token in found for part in _parts(token)]


def _attached(character: str, before: str) -> bool:
    """Whether a character belongs to the one before it."""
    is_mark = character in JOINERS or unicodedata.category(character)[0] == "M"
    return is_mark and not before.isspace()


def _parts(token: str) -> list[str]:
    clitics: list[str] = []
    while match := CLITIC.search(token, max(1, len(token) - LONGEST_CLITIC)):
        clitics.append(match[0])
        token = token[: match.start()]
    match = BARE_CLITIC.fullmatch(token) or FUSED.fullmatch(token)
    stem = [part for part in match.groups() if part] if match else [token]
    return stem + clitics[::-1]
