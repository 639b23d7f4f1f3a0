package openinghours

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// scan cuts a text into words, numbers, quoted comments and signs, in lower
// case and without white space. Dashes of every kind become "-".
func scan(text string) []string {
	var tokens []string
	text = strings.ToLower(text)
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		end := size
		switch {
		case unicode.IsSpace(r):
			text = text[size:]
			continue
		case r == '"':
			if i := strings.IndexByte(text[1:], '"'); i >= 0 {
				end = i + 2
			} else {
				end = len(text)
			}
		case r == '–' || r == '—' || r == '−':
			tokens = append(tokens, "-")
			text = text[size:]
			continue
		case strings.HasPrefix(text, "||"):
			end = 2
		case '0' <= r && r <= '9':
			end = run(text, func(r rune) bool { return '0' <= r && r <= '9' })
		case unicode.IsLetter(r):
			end = run(text, unicode.IsLetter)
		}
		tokens = append(tokens, text[:end])
		text = text[end:]
	}
	return tokens
}

func run(text string, in func(rune) bool) int {
	for i, r := range text {
		if !in(r) {
			return i
		}
	}
	return len(text)
}
