package cql2

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	end    tokenKind = iota
	word             // a keyword or a property's name
	quoted           // "a property's name"
	text             // 'a text'
	number
	symbol // ( ) , = <> < <= > >=
)

type token struct {
	kind   tokenKind
	text   string // of a text or a name without quotes
	number float64
	at     int
}

// is reports whether the token is a keyword or a symbol.
func (t token) is(s string) bool {
	return t.kind == symbol && t.text == s || t.kind == word && strings.EqualFold(t.text, s)
}

func lex(s string) ([]token, error) {
	var out []token
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case unicode.IsSpace(r):
			i += size
		case r == '\'' || r == '"':
			t, next, err := lexQuoted(s, i)
			if err != nil {
				return nil, err
			}
			out, i = append(out, t), next
		case r >= '0' && r <= '9' || (r == '-' || r == '+' || r == '.') && i+1 < len(s) && (s[i+1] >= '0' && s[i+1] <= '9' || s[i+1] == '.'):
			j := i + 1
			for j < len(s) && (strings.IndexByte("0123456789.eE", s[j]) >= 0 || (s[j] == '-' || s[j] == '+') && (s[j-1] == 'e' || s[j-1] == 'E')) {
				j++
			}
			n, err := strconv.ParseFloat(s[i:j], 64)
			if err != nil {
				return nil, &Error{i, "“" + s[i:j] + "” is no number"}
			}
			out, i = append(out, token{kind: number, number: n, at: i}), j
		case r == '_' || r == ':' || unicode.IsLetter(r):
			j := i
			for j < len(s) {
				r, size := utf8.DecodeRuneInString(s[j:])
				if r != '_' && r != ':' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
					break
				}
				j += size
			}
			out, i = append(out, token{kind: word, text: s[i:j], at: i}), j
		default:
			t := token{kind: symbol, at: i}
			for _, known := range []string{"<>", "<=", ">=", "<", ">", "=", "(", ")", ","} {
				if strings.HasPrefix(s[i:], known) {
					t.text = known
					break
				}
			}
			if t.text == "" {
				return nil, &Error{i, "“" + string(r) + "” means nothing here"}
			}
			out, i = append(out, t), i+len(t.text)
		}
	}
	return append(out, token{kind: end, at: len(s)}), nil
}

// lexQuoted reads a text or a quoted name, in which the quote is doubled or
// stands behind a backslash.
func lexQuoted(s string, from int) (token, int, error) {
	quote := s[from]
	var b strings.Builder
	for i := from + 1; i < len(s); i++ {
		switch {
		case (s[i] == quote || s[i] == '\\') && i+1 < len(s) && s[i+1] == quote:
			i++
			b.WriteByte(quote)
		case s[i] == quote:
			kind := text
			if quote == '"' {
				kind = quoted
			}
			return token{kind: kind, text: b.String(), at: from}, i + 1, nil
		default:
			b.WriteByte(s[i])
		}
	}
	return token{}, 0, &Error{from, "the closing quote is missing"}
}
