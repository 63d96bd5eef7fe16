"""What the loops call the bytes they look for, the kinds of columns and the ways in which a loop ends."""

import numpy as np

PASSED, LABEL, NUMBER = 0, 1, 2  # kinds of column
ALONE = 0  # of a column of text that goes together with none
DONE, MORE, WORDY, MISFIT = 0, 1, 2, 3  # how a loop ended: at the end, out of rows, out of room for words, not as due
READ, ODD, BAD = 0, 1, 2  # a number; one that is right, but takes an exact reader; none
FULL, WRONG = -2, -3  # in place of a code: no room for the text; not as due
PLACE_BYTES, NO_PLACE = 4, 2**32 - 1  # of a number of 32 bits; -1 read as one without a sign
QUOTE, COMMA, NEWLINE, RETURN, MINUS, PLUS, POINT, ZERO, NINE = (ord(mark) for mark in '",\n\r-+.09')
BACKSLASH, CLOSE, CAPITAL_E, SMALL_E, SPACE, TAB = (ord(mark) for mark in "\\}Ee \t")
NULL = tuple(b"null")
NULL_LENGTH = len(NULL)
WORD, WORD_BITS, SPAN = 8, 64, 32
EVERY_BYTE, HIGH_BITS = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
