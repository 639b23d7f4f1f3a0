package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// statuses is the one table that turns the codes of faults into HTTP.
var statuses = map[fault.Code]int{
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Forbidden:       http.StatusForbidden,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

var (
	errSignInFirst = fault.New(fault.Unauthenticated, "Sign in first.")
	errNoKeyHere   = fault.New(fault.Forbidden, "An API key does not do for this. Sign in as a person.")
	errNotInScope  = fault.New(fault.Forbidden, "The scopes of this API key do not allow this. Make one with the scope that is needed.")
	errNotAllowed  = fault.New(fault.Forbidden, "Your role does not allow this. Ask an administrator of your organisation.")
)

const (
	problemType = "application/problem+json"
	problemRef  = "#/components/schemas/Problem"
)

// Problem is an error as RFC 9457 has it: what people may read and what
// programs act on.
type Problem struct {
	Type    string         `json:"type" example:"about:blank"`
	Title   string         `json:"title" example:"Unprocessable Entity"`
	Status  int            `json:"status" example:"422"`
	Detail  string         `json:"detail" doc:"A sentence that may be shown." example:"The visit window ends before it starts."`
	Code    fault.Code     `json:"code" enum:"invalid,not_found,conflict,forbidden,unauthenticated,too_many,unavailable,internal"`
	Errors  []ProblemField `json:"errors,omitempty" doc:"What is wrong with single fields."`
	Current any            `json:"current,omitempty" doc:"With 409: the current state."`

	retryAfter time.Duration
}

// ProblemField is what is wrong with one field of the request.
type ProblemField struct {
	Location string `json:"location" example:"body.name" doc:"Path of the field, from body, query, path or header."`
	Message  string `json:"message"`
}

// Error, GetStatus, GetHeaders and ContentType make a Problem what huma answers with.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType returns the media type of problems.
func (p *Problem) ContentType(string) string { return problemType }

// GetHeaders returns Retry-After where it is known, and that no problem is kept.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	if p.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(max(1, int((p.retryAfter+time.Second-1)/time.Second))))
	}
	return h
}

// problemOf turns any error into what the browser gets.
func problemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var fe *fiber.Error
	if fault.Of(err) == nil && errors.As(err, &fe) {
		return problemOfStatus(fe.Code, httpText(fe.Code))
	}
	if fault.Of(err) == nil {
		err = databaseFault(err)
	}
	code := fault.CodeOf(err)
	status := statuses[code]
	p = &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fault.Message(err), Code: code}
	if f := fault.Of(err); f != nil {
		p.Current = f.Current()
		for _, field := range f.Fields() {
			p.Errors = append(p.Errors, ProblemField{Location: location(field.Name), Message: field.Text})
		}
	}
	var after identity.RetryAfter
	if errors.As(err, &after) {
		p.retryAfter = time.Duration(after)
	}
	return p
}

// location is the path of a field that a domain names as the caller wrote it.
func location(name string) string {
	// A filter tree is the same in a body and in a query.
	for _, in := range []string{"body.", "query.", "path.", "header.", "filter"} {
		if strings.HasPrefix(name, in) {
			return name
		}
	}
	return "body." + name
}

// databaseFault turns what the database refuses about the request's own values
// (a character that it cannot hold, a number out of its range, a rule of the
// schema) and about two writes at once into faults: input that a rule in Go does
// not stop must not become a 500.
func databaseFault(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch {
	case strings.HasPrefix(pg.Code, "22"), pg.Code == "23514":
		return fault.Wrap(err, fault.Invalid, "The request holds a value that cannot be kept. Check the texts and numbers in it.")
	case pg.Code == "42501":
		return fault.Wrap(err, fault.Forbidden, "This would change, or put out of your own sight, what you may not. Ask someone who sees all of it.")
	case pg.Code == "40001", pg.Code == "40P01":
		return fault.Wrap(err, fault.Conflict, "Someone else changed the same at the same moment. Try again.")
	case pg.Code == "57014":
		return fault.Wrap(err, fault.Unavailable, "This took too long. Try again in a moment.")
	}
	return err
}

// problemOfStatus is the problem of a status that no fault is behind: a path
// that does not exist, a body that cannot be read.
func problemOfStatus(status int, detail string) *Problem {
	code := fault.Internal
	switch {
	case status == http.StatusUnauthorized:
		code = fault.Unauthenticated
	case status == http.StatusForbidden:
		code = fault.Forbidden
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		code = fault.NotFound
	case status == http.StatusConflict:
		code = fault.Conflict
	case status == http.StatusTooManyRequests:
		code = fault.TooMany
	case status == http.StatusServiceUnavailable, status == http.StatusRequestTimeout:
		code = fault.Unavailable
	case status >= 400 && status < 500:
		code = fault.Invalid
	}
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail, Code: code}
}

func httpText(status int) string {
	switch status {
	case http.StatusNotFound:
		return "There is nothing at this address."
	case http.StatusMethodNotAllowed:
		return "This address does not take this method."
	case http.StatusRequestEntityTooLarge:
		return "The request is too large."
	case http.StatusRequestTimeout:
		return "The request did not arrive in time."
	case http.StatusRequestHeaderFieldsTooLarge:
		return "The headers of the request are too large."
	case http.StatusUnsupportedMediaType:
		return "The request must be JSON (Content-Type: application/json)."
	}
	if status >= 500 {
		return fault.Message(errors.New("internal"))
	}
	return "The request cannot be understood."
}

// problem is problemOf that also tells the operators of what is not the
// caller's doing.
func (s *Server) problem(ctx context.Context, err error) *Problem {
	p := problemOf(err)
	if p.Status >= 500 {
		s.log.ErrorContext(ctx, "request failed", "error", err, "request_id", requestIDFrom(ctx))
	}
	return p
}

// writeProblem answers a request from huma's middleware.
func (s *Server) writeProblem(ctx huma.Context, err error) {
	p := s.problem(ctx.Context(), err)
	for name, values := range p.GetHeaders() {
		for _, v := range values {
			ctx.SetHeader(name, v)
		}
	}
	ctx.SetHeader("Content-Type", problemType)
	ctx.SetStatus(p.Status)
	if err := huma.DefaultJSONFormat.Marshal(ctx.BodyWriter(), p); err != nil {
		s.log.ErrorContext(ctx.Context(), "write problem", "error", err)
	}
}

// failed is Fiber's error handler: what middleware and raw routes return.
func (s *Server) failed(c *fiber.Ctx, err error) error {
	p := s.problem(c.UserContext(), err)
	s.setSecurityHeaders(c)
	for name, values := range p.GetHeaders() {
		for _, v := range values {
			c.Set(name, v)
		}
	}
	c.Status(p.Status)
	return c.JSON(p, problemType)
}

// Huma makes its own errors (a body that is no JSON, a field that breaks its
// schema) through these variables of its package, so that is where they become
// problems. Arrays are never null on the wire.
func init() {
	huma.DefaultArrayNullable = false
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := problemOfStatus(status, "")
		for _, err := range errs {
			if err == nil {
				continue
			}
			var detail huma.ErrorDetailer
			if errors.As(err, &detail) {
				d := detail.ErrorDetail()
				p.Errors = append(p.Errors, ProblemField{Location: d.Location, Message: d.Message})
			} else if status < 500 {
				p.Errors = append(p.Errors, ProblemField{Message: err.Error()})
			}
		}
		switch {
		case status >= 500:
			p.Detail, p.Errors = fault.Message(errors.New(message)), nil
		case len(p.Errors) > 0 && p.Errors[0].Location != "":
			p.Detail = fmt.Sprintf("The request is not right: %s: %s.", p.Errors[0].Location, p.Errors[0].Message)
		case status == http.StatusRequestEntityTooLarge, status == http.StatusUnsupportedMediaType, status == http.StatusRequestTimeout:
			p.Detail = httpText(status)
		default:
			p.Detail = "The request is not right: " + message + "."
		}
		return p
	}
	huma.NewErrorWithContext = func(_ huma.Context, status int, message string, errs ...error) huma.StatusError {
		return huma.NewError(status, message, errs...)
	}
}
