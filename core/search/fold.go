package search

import (
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// folded are letters that users take for others, and that Unicode does not take apart.
var folded = map[rune]string{
	'ß': "ss", 'ẞ': "ss", 'æ': "ae", 'Æ': "ae", 'œ': "oe", 'Œ': "oe", 'ø': "o", 'Ø': "o", 'đ': "d", 'Đ': "d", 'ð': "d", 'Ð': "d",
	'ł': "l", 'Ł': "l", 'ħ': "h", 'Ħ': "h", 'þ': "th", 'Þ': "th", 'ı': "i", 'ς': "σ", 'й': "й", 'Й': "й",
}

// accented are the scripts in which a mark on a letter does not make another word to who searches. In others, such as Devanagari, marks are vowels.
var accented = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew}

// spaceless are the scripts that are written without spaces, or with whole phrases between them: pairs of their letters are words.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// sort is what a rune is to the words of a text.
type sort uint8

const (
	gap    sort = iota // ends a word
	letter             // part of a word, digits and marks too
	pair               // a letter of a script without spaces
	sign               // an emoji or another symbol, a word by itself
	silent             // as if it were not there
)

const (
	tatweel      = 'ـ' // lengthens Arabic letters
	prolonged    = 'ー' // and Japanese ones: it is common to two scripts
	firstRegion  = 0x1f1e6
	lastRegion   = 0x1f1ff
	firstSkin    = 0x1f3fb
	lastSkin     = 0x1f3ff
	firstVariant = 0xfe00
	lastVariant  = 0xfe0f
)

func sortOf(r rune) sort {
	if r < 0x80 {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return letter
		}
		return gap
	}
	switch {
	case r == unicode.ReplacementChar:
		return gap
	case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Me, r), r == tatweel,
		r >= firstVariant && r <= lastVariant, r >= firstSkin && r <= lastSkin:
		return silent
	case r == prolonged, unicode.In(r, spaceless...):
		return pair
	case unicode.IsLetter(r), unicode.IsNumber(r):
		return letter
	case unicode.IsMark(r):
		if unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew, unicode.Cyrillic) {
			return silent
		}
		return letter
	case unicode.Is(unicode.So, r):
		return sign
	}
	return gap
}

// fold appends what a letter is kept as.
func fold(dst []byte, r rune) []byte {
	if r < 0x80 {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(dst, byte(r))
	}
	if s, ok := folded[r]; ok {
		return append(dst, s...)
	}
	if unicode.IsDigit(r) {
		return append(dst, byte('0'+digit(r)))
	}
	var written [4]byte
	if whole := norm.NFD.Properties(appendRune(written[:0], r)).Decomposition(); whole != nil && unicode.In(r, accented...) {
		for _, part := range string(whole) {
			if !unicode.IsMark(part) {
				dst = fold(dst, part)
			}
		}
		return dst
	}
	return appendRune(dst, unicode.ToLower(r))
}

func appendRune(dst []byte, r rune) []byte { return append(dst, string(r)...) }

// digit gives the value of a decimal digit of any script: they stand ten in a row.
func digit(r rune) rune {
	for _, some := range unicode.Nd.R16 {
		if r >= rune(some.Lo) && r <= rune(some.Hi) {
			return (r - rune(some.Lo)) % 10
		}
	}
	for _, some := range unicode.Nd.R32 {
		if r >= rune(some.Lo) && r <= rune(some.Hi) { //nolint:gosec // no rune is that large
			return (r - rune(some.Lo)) % 10 //nolint:gosec // as above
		}
	}
	return 0
}
