package openinghours

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxLength is the longest text that [Parse] reads; OpenStreetMap's own limit
// for a value is 255 characters.
const MaxLength = 2000

// Parse reads opening hours. The error wraps [ErrSyntax] or [ErrUnsupported]
// and says where reading stopped.
func Parse(text string) (*Hours, error) {
	if len(text) > MaxLength {
		return nil, fmt.Errorf("%w: longer than %d characters", ErrSyntax, MaxLength)
	}
	p := &parser{tokens: scan(text)}
	h := &Hours{}
	next := replaces
	for {
		p.take(";")
		if p.done() {
			break
		}
		r, err := p.rule()
		if err != nil {
			return nil, err
		}
		r.joint = next
		h.rules = append(h.rules, r)
		switch {
		case p.take("||"):
			next = fallback
		case p.take(";"):
			next = replaces
		case p.take(","):
			next = adds
		case !p.done():
			return nil, p.fail(ErrSyntax)
		}
	}
	if len(h.rules) == 0 {
		return nil, fmt.Errorf("%w: empty", ErrSyntax)
	}
	return h, nil
}

type parser struct {
	tokens []string
	at     int
}

func (p *parser) done() bool { return p.at >= len(p.tokens) }

// peek returns the token n places ahead, "" past the end.
func (p *parser) peek(n int) string {
	if p.at+n >= len(p.tokens) {
		return ""
	}
	return p.tokens[p.at+n]
}

func (p *parser) take(token string) bool {
	if !p.done() && p.tokens[p.at] == token {
		p.at++
		return true
	}
	return false
}

func (p *parser) fail(kind error) error {
	if p.done() {
		return fmt.Errorf("%w: it ends too early", kind)
	}
	return fmt.Errorf("%w at %q", kind, p.tokens[p.at])
}

var (
	weekdays = []string{"su", "mo", "tu", "we", "th", "fr", "sa"}
	months   = []string{"", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
	sun      = []string{"sunrise", "sunset", "dawn", "dusk", "easter"}
)

// weekday takes "mo", "mon" and "monday".
func weekday(token string) (time.Weekday, bool) {
	if len(token) < 2 {
		return 0, false
	}
	i := slices.Index(weekdays, token[:2])
	if i < 0 {
		return 0, false
	}
	full := strings.ToLower(time.Weekday(i).String())
	return time.Weekday(i), len(token) <= 3 && strings.HasPrefix(full, token) || token == full
}

// month takes "jan" and "january".
func month(token string) (time.Month, bool) {
	if len(token) < 3 {
		return 0, false
	}
	i := slices.Index(months, token[:3])
	return time.Month(i), i > 0 && strings.HasPrefix(strings.ToLower(time.Month(i).String()), token)
}

func number(token string) (int, bool) {
	if token == "" || len(token) > 4 || strings.Trim(token, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(token)
	return n, err == nil
}

func (p *parser) rule() (rule, error) {
	var r rule
	if p.peek(0) == "24" && p.peek(1) == "/" && p.peek(2) == "7" {
		p.at += 3
	} else if err := p.selectors(&r); err != nil {
		return r, err
	}
	for {
		switch token := p.peek(0); {
		case token == "off" || token == "closed":
			r.closed = true
			p.at++
		case token == "open" || token == "unknown" || strings.HasPrefix(token, `"`):
			p.at++
		case slices.Contains(sun, token) || token == "(":
			return r, p.fail(ErrUnsupported)
		default:
			if _, ok := number(token); ok {
				if err := p.spans(&r); err != nil {
					return r, err
				}
				continue
			}
			if len(r.spans) == 0 && !r.closed {
				r.spans = []span{{0, MinutesPerDay}}
			}
			return r, nil
		}
	}
}

func (p *parser) selectors(r *rule) error {
	began := p.at
	for {
		token := p.peek(0)
		year, isNumber := number(token)
		_, isWeekday := weekday(token)
		_, isMonth := month(token)
		switch {
		case token == "ph" || token == "sh":
			if err := p.holidays(r); err != nil {
				return err
			}
		case token == "week":
			p.at++
			if err := p.numbers(&r.days.weeks, 1, 53); err != nil {
				return err
			}
		case isNumber && len(token) == 4 && year >= 1900 && p.peek(1) != ":":
			if _, next := month(p.peek(1)); next {
				if err := p.dates(r); err != nil {
					return err
				}
			} else if err := p.numbers(&r.days.years, 1900, 9999); err != nil {
				return err
			}
		case isWeekday:
			if err := p.weekdays(r); err != nil {
				return err
			}
		case isMonth:
			if err := p.dates(r); err != nil {
				return err
			}
		case token == "easter":
			return p.fail(ErrUnsupported)
		case token == ":" && p.at > began:
			p.at++ // "Mo-Fr: 08:00-17:00", a usual slip
		case p.at == began && !isNumber && !slices.Contains([]string{"off", "closed", "open", "unknown", "("}, token) &&
			!slices.Contains(sun, token) && !strings.HasPrefix(token, `"`):
			return p.fail(ErrSyntax)
		default:
			return nil
		}
	}
}

// holidays reads PH or SH. Alone, or before weekdays in the same list, they
// mean further days that are not known here; alone, the rule applies on none.
func (p *parser) holidays(r *rule) error {
	p.at++
	if p.peek(0) == "-" || p.peek(0) == "+" { // an offset in days
		return p.fail(ErrUnsupported)
	}
	if p.take(",") {
		if _, ok := weekday(p.peek(0)); ok {
			return nil
		}
		if p.peek(0) == "sh" || p.peek(0) == "ph" {
			return nil
		}
		return p.fail(ErrSyntax)
	}
	r.holidays = len(r.days.weekdays) == 0
	return nil
}

func (p *parser) weekdays(r *rule) error {
	for {
		if token := p.peek(0); token == "ph" || token == "sh" {
			p.at++
		} else {
			from, ok := weekday(token)
			if !ok {
				return p.fail(ErrSyntax)
			}
			p.at++
			days := weekdayRange{from: from, to: from}
			if p.take("-") {
				if days.to, ok = weekday(p.peek(0)); !ok {
					return p.fail(ErrSyntax)
				}
				p.at++
			}
			if p.take("[") {
				if err := p.positions(&days); err != nil {
					return err
				}
			}
			r.days.weekdays = append(r.days.weekdays, days)
		}
		// A comma goes on with this list only if a day follows.
		next := p.peek(1)
		_, isDay := weekday(next)
		if p.peek(0) != "," || !isDay && next != "ph" && next != "sh" {
			return nil
		}
		p.at++
	}
}

func (p *parser) positions(days *weekdayRange) error {
	for {
		sign := 1
		if p.take("-") {
			sign = -1
		}
		n, ok := number(p.peek(0))
		if !ok || n < 1 || n > 5 {
			return p.fail(ErrSyntax)
		}
		p.at++
		to := n
		if sign > 0 && p.take("-") {
			if to, ok = number(p.peek(0)); !ok || to < n || to > 5 {
				return p.fail(ErrSyntax)
			}
			p.at++
		}
		for ; n <= to; n++ {
			days.nth = append(days.nth, sign*n)
		}
		if p.take("]") {
			return nil
		}
		if !p.take(",") {
			return p.fail(ErrSyntax)
		}
	}
}

func (p *parser) numbers(list *[]intRange, least, most int) error {
	for {
		n, ok := number(p.peek(0))
		if !ok || n < least || n > most {
			return p.fail(ErrSyntax)
		}
		p.at++
		r := intRange{n, n, 1}
		if p.take("-") {
			if r.to, ok = number(p.peek(0)); !ok || r.to < n || r.to > most {
				return p.fail(ErrSyntax)
			}
			p.at++
			if p.take("/") {
				if r.every, ok = number(p.peek(0)); !ok || r.every < 1 {
					return p.fail(ErrSyntax)
				}
				p.at++
			}
		} else if p.take("+") {
			r.to = most
		}
		*list = append(*list, r)
		if _, more := number(p.peek(1)); p.peek(0) != "," || !more || p.peek(2) == ":" {
			return nil
		}
		p.at++
	}
}

// dates reads a list of months and days: "Apr-Oct", "Dec 24-26", "2026 Jan 1-2027 Mar 3".
func (p *parser) dates(r *rule) error {
	for {
		from, hasDay, err := p.monthDay()
		if err != nil {
			return err
		}
		to := from
		if !hasDay {
			to.day = 31
		}
		if p.peek(0) == "-" {
			p.at++
			if n, ok := number(p.peek(0)); ok && hasDay && n <= 31 && p.peek(1) != ":" {
				to.day = n
				p.at++
			} else {
				var day bool
				if to, day, err = p.monthDay(); err != nil {
					return err
				}
				if !day {
					to.day = 31
				}
				if to.year == 0 {
					to.year = from.year
				}
			}
		}
		if from.day < 1 || to.day < 1 || (from.year == 0) != (to.year == 0) {
			return p.fail(ErrSyntax)
		}
		r.days.dates = append(r.days.dates, dateRange{from, to})
		_, isMonth := month(p.peek(1))
		if p.peek(0) != "," || !isMonth {
			return nil
		}
		p.at++
	}
}

func (p *parser) monthDay() (d monthDay, hasDay bool, err error) {
	if n, ok := number(p.peek(0)); ok && n >= 1900 {
		d.year = n
		p.at++
	}
	m, ok := month(p.peek(0))
	if !ok {
		return d, false, p.fail(ErrSyntax)
	}
	p.at++
	d.month, d.day = m, 1
	if n, ok := number(p.peek(0)); ok && n >= 1 && n <= 31 && p.peek(1) != ":" {
		d.day, hasDay = n, true
		p.at++
	}
	return d, hasDay, nil
}

func (p *parser) spans(r *rule) error {
	for {
		open, err := p.clock()
		if err != nil {
			return err
		}
		s := span{open: open}
		switch {
		case p.take("-"):
			if s.close, err = p.clock(); err != nil {
				return err
			}
			p.take("+")
			if s.close <= s.open {
				s.close += MinutesPerDay
			}
		case p.take("+"):
			s.close = max(MinutesPerDay, s.open+1)
		default:
			return p.fail(ErrSyntax) // a point in time is no opening
		}
		if s.open >= MinutesPerDay || s.close > 2*MinutesPerDay {
			return p.fail(ErrSyntax)
		}
		r.spans = append(r.spans, s)
		if _, more := number(p.peek(1)); p.peek(0) != "," || !more {
			return nil
		}
		p.at++
	}
}

// clock reads "08:00"; hours go up to 48, for ends past midnight. "8-17" is
// understood too.
func (p *parser) clock() (Minutes, error) {
	if slices.Contains(sun, p.peek(0)) || p.peek(0) == "(" {
		return 0, p.fail(ErrUnsupported)
	}
	hours, ok := number(p.peek(0))
	if !ok || hours > 48 {
		return 0, p.fail(ErrSyntax)
	}
	p.at++
	minutes := 0
	if p.take(":") {
		if minutes, ok = number(p.peek(0)); !ok || minutes > 59 || len(p.peek(0)) != 2 {
			return 0, p.fail(ErrSyntax)
		}
		p.at++
	}
	if p.peek(0) == "am" || p.peek(0) == "pm" {
		if hours < 1 || hours > 12 {
			return 0, p.fail(ErrSyntax)
		}
		hours %= 12
		if p.peek(0) == "pm" {
			hours += 12
		}
		p.at++
	}
	return Minutes(hours*60 + minutes), nil
}
