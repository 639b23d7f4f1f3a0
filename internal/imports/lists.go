package imports

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of lists in a cell, as the record has them.
const (
	maxChannels      = 10
	maxChannelLabel  = 40
	maxChannelNumber = 100
)

// channel is one more way to reach a contact.
type channel struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// splitList reads the parts of a cell that are separated by one of some signs. A
// part in double quotes may hold them, and quotes twice: gold; "a, b"; "say ""x""".
// Without a quote at the end, one at the beginning is a sign like others.
func splitList(text, signs string) []string {
	var out []string
	for {
		text = strings.TrimLeft(text, " \t")
		if part, rest, quoted := quotedPart(text, signs); quoted {
			out, text = append(out, part), rest
			continue
		}
		end := strings.IndexAny(text, signs)
		if end < 0 {
			end = len(text)
		}
		if part := strings.TrimSpace(text[:end]); part != "" {
			out = append(out, part)
		}
		if end == len(text) {
			return out
		}
		text = text[end+1:]
	}
}

// quotedPart takes a part in quotes from the beginning of a list, and the sign
// behind it.
func quotedPart(text, signs string) (part, rest string, ok bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", text, false
	}
	for at := 1; at < len(text); at++ {
		if text[at] != '"' {
			continue
		}
		if at+1 < len(text) && text[at+1] == '"' {
			at++
			continue
		}
		part = strings.ReplaceAll(text[1:at], `""`, `"`)
		rest = strings.TrimLeft(text[at+1:], " \t")
		if rest == "" {
			return part, "", true
		}
		if strings.IndexByte(signs, rest[0]) >= 0 {
			return part, rest[1:], true
		}
		return "", text, false
	}
	return "", text, false
}

// channels reads the further phones or e-mails of a contact: values with their
// label in front, "mobile: +1 302 555 0100; fax: …". A value alone has no label.
func (c *cellCheck) channels(into *[]channel, mails bool) {
	out := []channel{}
	for _, part := range splitList(c.value, ",;|") {
		one := channel{Value: part}
		if at := strings.LastIndex(part, ": "); at >= 0 {
			one.Label, one.Value = strings.TrimSpace(part[:at]), strings.TrimSpace(part[at+2:])
		}
		if one.Value == "" || slices.Contains(out, one) {
			continue
		}
		if utf8.RuneCountInString(one.Label) > maxChannelLabel || !mails && utf8.RuneCountInString(one.Value) > maxChannelNumber {
			c.find("too_long", Error, fmt.Sprint(maxChannelNumber), "")
			return
		}
		if mails {
			address, err := mail.ParseAddress(one.Value)
			if err != nil || len(address.Address) > 320 {
				c.find("bad_email", Error, "", "")
				return
			}
			one.Value = address.Address
		}
		out = append(out, one)
	}
	if len(out) > maxChannels {
		c.find("too_many_channels", Error, fmt.Sprint(maxChannels), "")
		return
	}
	*into = out
}
