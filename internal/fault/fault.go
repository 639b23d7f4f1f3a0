// Package fault holds the errors that people may read.
//
// A fault has a code, which the edges turn into an HTTP status or an exit code,
// and a text that is safe to show. Its cause, if it has one, is for operators
// only and never reaches a browser:
//
//	return fault.New(fault.Invalid, "The visit window ends before it starts.").
//		WithField("closes", "Must be later than the opening time.")
//
//	return fault.Wrap(err, fault.Unavailable, "The road network cannot be read just now.")
//
//	return fault.New(fault.Conflict, "Someone else changed this account.").WithCurrent(account)
//
// Every error that is no fault counts as [Internal].
package fault

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// Code says what kind of fault it is. One table in internal/api turns codes
// into HTTP statuses.
type Code string

// The codes. There are few on purpose: a code exists where a caller acts
// differently on it.
const (
	Invalid         Code = "invalid"         // the request is wrong; the text says what to change
	NotFound        Code = "not_found"       // there is no such thing, or the actor may not know of it
	Conflict        Code = "conflict"        // the state has changed since the caller read it
	Forbidden       Code = "forbidden"       // the actor is known and may not do this
	Unauthenticated Code = "unauthenticated" // the actor is not known
	TooMany         Code = "too_many"        // too many attempts; try later
	Unavailable     Code = "unavailable"     // something that is needed is not there now; try later
	Internal        Code = "internal"        // a defect, ours
)

// Field is what is wrong with one field of the request. Name is its path as the
// caller wrote it, for example "sites[0].address".
type Field struct {
	Name string
	Text string
}

// Error is a fault. Its values do not change: the With functions return copies,
// so a fault may be a package variable and be compared with [errors.Is].
type Error struct {
	code    Code
	text    string
	fields  []Field
	current any
	cause   error
	origin  *Error // the fault that this one is a copy of
}

// New returns a fault with a text for people: whole sentences that say what to do.
func New(code Code, text string) *Error {
	return &Error{code: code, text: text}
}

// Errorf is [New] with a formatted text. With %w the wrapped error can be found
// by [errors.Is], and its text becomes part of what people see; use [Wrap] to
// keep it from them.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	e := &Error{code: code, text: err.Error()}
	switch err.(type) {
	case interface{ Unwrap() error }, interface{ Unwrap() []error }:
		e.cause = shown{err}
	}
	return e
}

// Wrap returns a fault whose cause is err: people see text, operators both.
func Wrap(err error, code Code, text string) *Error {
	return &Error{code: code, text: text, cause: err}
}

// shown marks a cause whose text is already part of the fault's text.
type shown struct{ error }

func (s shown) Unwrap() error { return s.error }

// Error is the text for operators: the text for people, then the cause.
func (e *Error) Error() string {
	if _, ok := e.cause.(shown); ok || e.cause == nil {
		return e.text
	}
	return e.text + ": " + e.cause.Error()
}

// Unwrap returns the cause, nil if there is none.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is the fault that e was made from by a With function.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && e.root() == t.root()
}

func (e *Error) root() *Error {
	if e.origin != nil {
		return e.origin
	}
	return e
}

func (e *Error) copy() *Error {
	c := *e
	c.origin = e.root()
	c.fields = slices.Clone(e.fields)
	return &c
}

// WithField returns a copy that also names a field that is wrong.
func (e *Error) WithField(name, text string) *Error {
	c := e.copy()
	c.fields = append(c.fields, Field{Name: name, Text: text})
	return c
}

// WithCurrent returns a copy that carries the current state, which a caller with
// a stale one needs to decide what to do (HTTP 409).
func (e *Error) WithCurrent(current any) *Error {
	c := e.copy()
	c.current = current
	return c
}

// WithCause returns a copy whose cause is err, for operators only.
func (e *Error) WithCause(err error) *Error {
	c := e.copy()
	c.cause = err
	return c
}

// Code returns the fault's code.
func (e *Error) Code() Code { return e.code }

// Text returns the text for people.
func (e *Error) Text() string { return e.text }

// Fields returns what is wrong with single fields, in the order they were added.
func (e *Error) Fields() []Field { return slices.Clone(e.fields) }

// Current returns the state given to [Error.WithCurrent], or nil.
func (e *Error) Current() any { return e.current }

// Of returns the outermost fault in err's chain, or nil if there is none.
func Of(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// CodeOf returns the code of the outermost fault in err's chain: "" for nil,
// [Unavailable] for a deadline that ran out, [Internal] for every other error.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e := Of(err); e != nil {
		return e.code
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return Unavailable
	}
	return Internal
}

// Is reports whether err has the given code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }

// Message returns the text for people: the fault's own, or a general sentence
// for an error that was not written for them. It is "" for nil.
func Message(err error) string {
	if err == nil {
		return ""
	}
	if e := Of(err); e != nil {
		return e.text
	}
	if CodeOf(err) == Unavailable {
		return "This took too long. Try again in a moment."
	}
	return "Something went wrong on the server. Try again; if it keeps happening, tell the people who run it."
}
