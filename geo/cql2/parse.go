package cql2

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Parse reads a filter. It fails with an *Error.
func Parse(s string) (Expr, error) {
	switch {
	case len(s) > MaxBytes:
		return nil, &Error{MaxBytes, fmt.Sprintf("the filter has %d bytes and may have %d", len(s), MaxBytes)}
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return nil, &Error{0, "the filter is no text in UTF-8"}
	}
	tokens, err := lex(s)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	e, err := p.or(1)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != end {
		return nil, p.wrong("AND, OR or the end was expected")
	}
	return e, nil
}

type parser struct {
	tokens []token
	at     int
	nodes  int
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

// take goes on when the next token is the one given.
func (p *parser) take(s string) bool {
	if p.peek().is(s) {
		p.at++
		return true
	}
	return false
}

func (p *parser) need(s string) error {
	if !p.take(s) {
		return p.wrong("%s was expected", s)
	}
	return nil
}

func (p *parser) wrong(what string, args ...any) error {
	return &Error{p.peek().at, fmt.Sprintf(what, args...)}
}

func (p *parser) or(depth int) (Expr, error)  { return p.group(depth, "OR", p.and) }
func (p *parser) and(depth int) (Expr, error) { return p.group(depth, "AND", p.not) }

// group reads parts with a word between them.
func (p *parser) group(depth int, between string, part func(int) (Expr, error)) (Expr, error) {
	if depth > MaxDepth {
		return nil, p.wrong("the groups are nested deeper than %d", MaxDepth)
	}
	first, err := part(depth)
	if err != nil || !p.peek().is(between) {
		return first, err
	}
	g := &Group{Any: between == "OR", Of: []Expr{first}}
	for p.take(between) {
		e, err := part(depth)
		if err != nil {
			return nil, err
		}
		g.Of = append(g.Of, e)
	}
	return g, nil
}

func (p *parser) not(depth int) (Expr, error) {
	if depth > MaxDepth {
		return nil, p.wrong("the groups are nested deeper than %d", MaxDepth)
	}
	if p.take("NOT") {
		e, err := p.not(depth + 1)
		return &Not{e}, err
	}
	if p.nodes++; p.nodes > MaxNodes {
		return nil, p.wrong("the filter has more than %d conditions", MaxNodes)
	}
	if p.take("(") {
		e, err := p.or(depth + 1)
		if err != nil {
			return nil, err
		}
		return e, p.need(")")
	}
	return p.predicate()
}

func (p *parser) predicate() (Expr, error) {
	t := p.peek()
	if t.kind == word && strings.HasPrefix(strings.ToUpper(t.text), "S_") {
		return p.spatial()
	}
	if t.is("TRUE") || t.is("FALSE") {
		if after := p.tokens[p.at+1]; after.kind != symbol || after.text == ")" {
			p.at++
			return Constant(t.is("TRUE")), nil
		}
	}
	if v, ok, err := p.literal(); err != nil {
		return nil, err
	} else if ok { // a value first: turn it round
		op, err := p.operator()
		if err != nil {
			return nil, err
		}
		name, err := p.property()
		if mirrored, ok := map[string]string{"<": ">", "<=": ">=", ">": "<", ">=": "<="}[op]; ok {
			op = mirrored
		}
		return &Compare{name, op, v}, err
	}
	name, err := p.property()
	if err != nil {
		return nil, err
	}
	if p.take("IS") {
		not := p.take("NOT")
		return negated(not, &IsNull{name}), p.need("NULL")
	}
	not := p.take("NOT")
	switch {
	case p.take("LIKE"):
		pattern, err := p.value()
		if err == nil && pattern.Kind != Text {
			err = p.wrong("a pattern in single quotes was expected")
		}
		return negated(not, &Like{name, pattern.Text}), err
	case p.take("BETWEEN"):
		from, err := p.value()
		if err != nil {
			return nil, err
		}
		if err := p.need("AND"); err != nil {
			return nil, err
		}
		to, err := p.value()
		if err == nil && from.Kind != to.Kind {
			err = p.wrong("both ends must be of one kind")
		}
		return negated(not, &Between{name, from, to}), err
	case p.take("IN"):
		values, err := p.values()
		return negated(not, &In{name, values}), err
	case not:
		return nil, p.wrong("LIKE, BETWEEN or IN was expected")
	}
	op, err := p.operator()
	if err != nil {
		return nil, err
	}
	v, err := p.value()
	return &Compare{name, op, v}, err
}

func negated(not bool, e Expr) Expr {
	if not {
		return &Not{e}
	}
	return e
}

func (p *parser) operator() (string, error) {
	if t := p.peek(); t.kind == symbol && strings.ContainsAny(t.text, "=<>") {
		p.at++
		return t.text, nil
	}
	return "", p.wrong("a comparison (=, <>, <, <=, >, >=, LIKE, BETWEEN, IN, IS NULL) was expected")
}

// property reads a property's name. CASEI(name) is the name: which case matters
// is for the one who asks.
func (p *parser) property() (string, error) {
	if p.peek().is("CASEI") && p.tokens[p.at+1].is("(") {
		p.at += 2
		name, err := p.property()
		if err != nil {
			return "", err
		}
		return name, p.need(")")
	}
	if t := p.peek(); t.kind == word || t.kind == quoted {
		p.at++
		return t.text, nil
	}
	return "", p.wrong("a property's name was expected")
}

// value reads a literal.
func (p *parser) value() (Value, error) {
	v, ok, err := p.literal()
	if err == nil && !ok {
		err = p.wrong("a value was expected; texts stand in single quotes")
	}
	return v, err
}

func (p *parser) values() ([]Value, error) {
	if err := p.need("("); err != nil {
		return nil, err
	}
	var out []Value
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		out = append(out, v)
		if !p.take(",") {
			return out, p.need(")")
		}
	}
}

// literal reads a value when there is one.
func (p *parser) literal() (Value, bool, error) {
	t := p.peek()
	call := p.at+1 < len(p.tokens) && p.tokens[p.at+1].is("(")
	switch {
	case t.kind == text:
		p.at++
		return Value{Kind: Text, Text: t.text}, true, nil
	case t.kind == number:
		p.at++
		return Value{Kind: Number, Number: t.number}, true, nil
	case t.is("TRUE"), t.is("FALSE"):
		p.at++
		return Value{Kind: Boolean, Boolean: t.is("TRUE")}, true, nil
	case t.is("CASEI") && call && p.tokens[p.at+2].kind == text:
		v := Value{Kind: Text, Text: p.tokens[p.at+2].text}
		p.at += 3
		return v, true, p.need(")")
	case (t.is("DATE") || t.is("TIMESTAMP")) && call:
		p.at += 2
		inner := p.next()
		if inner.kind != text {
			return Value{}, false, &Error{inner.at, "a time in single quotes was expected"}
		}
		v := Value{Kind: Date, Text: inner.text}
		if t.is("DATE") {
			if _, err := time.Parse(time.DateOnly, inner.text); err != nil {
				return v, false, &Error{inner.at, "a date is written 2026-03-31"}
			}
		} else {
			at, err := time.Parse(time.RFC3339Nano, inner.text)
			if err != nil {
				return v, false, &Error{inner.at, "a time is written 2026-03-31T10:00:00Z"}
			}
			v = Value{Kind: Timestamp, Text: at.UTC().Format(time.RFC3339Nano)}
		}
		return v, true, p.need(")")
	}
	return Value{}, false, nil
}
