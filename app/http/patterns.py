"""The patterns of text fields, and how error messages describe them."""

# PostgreSQL's text can contain every character but this one.
NO_NUL = "^[^\\u0000]*$"
# No two adjacent parts match the same character, so a long text is matched in one pass.
NOT_BLANK = "^\\s*[^\\s\\u0000][^\\u0000]*$"
CURRENCY = "^[A-Z]{3}$"
EMAIL = "^[^@\\s\\u0000]+@[^@\\s\\u0000]+$"
IDS = "^[1-9][0-9]{0,17}(,[1-9][0-9]{0,17}){0,199}$"
FILE = "^[a-z0-9.-]+$"

IN_WORDS = {
    NO_NUL: "text without NUL characters",
    NOT_BLANK: "text that is not blank, without NUL characters",
    CURRENCY: "three capital letters like EUR",
    EMAIL: "an address like somebody@example.com",
    IDS: "1 to 200 ids separated by commas, like 7,3,9",
    FILE: "a file name of lowercase letters, digits, dots and dashes",
}
