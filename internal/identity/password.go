package identity

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alexedwards/argon2id"
	"golang.org/x/sync/semaphore"

	"github.com/waymark-crm/waymark/internal/fault"
)

// DefaultHash is the cost of a password hash: 46 MiB, one pass, one lane, the
// first of the equivalent settings that the OWASP Password Storage Cheat Sheet
// recommends for argon2id; about 50 ms on one core.
var DefaultHash = &argon2id.Params{Memory: 46 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Passwords have at least MinPassword and at most MaxPassword characters. The
// upper bound keeps a request from hashing megabytes.
const (
	MinPassword = 10
	MaxPassword = 200
)

// CheckPassword returns a fault that says what is wrong with a new password.
func CheckPassword(password, email string) error {
	n := len([]rune(password))
	switch {
	case n < MinPassword:
		return fault.Errorf(fault.Invalid, "The password is too short: it needs at least %d characters.", MinPassword)
	case n > MaxPassword:
		return fault.Errorf(fault.Invalid, "The password is too long: it may have at most %d characters.", MaxPassword)
	case email != "" && strings.EqualFold(password, email):
		return fault.New(fault.Invalid, "The password must not be the e-mail address.")
	case strings.Count(password, password[:1]) == len(password):
		return fault.New(fault.Invalid, "The password must not be one character repeated.")
	}
	return nil
}

// hasher hashes passwords, at most one a processor at a time: a hash takes a core
// and its memory for as long as it runs, and the map must go on drawing
// meanwhile.
type hasher struct {
	params  *argon2id.Params
	slots   *semaphore.Weighted
	waiting atomic.Int32
	dummy   func() (string, error)
}

// maxWaiting is how many may wait for their turn, some seconds' worth. Whoever
// comes on top is turned away at once and not after a time-out.
const maxWaiting = 64

var errBusy = fault.New(fault.Unavailable, "Too many people are signing in just now. Try again in a moment.").
	WithCause(RetryAfter(5 * time.Second))

func newHasher(params *argon2id.Params) *hasher {
	if params == nil {
		params = DefaultHash
	}
	return &hasher{
		params: params,
		slots:  semaphore.NewWeighted(int64(max(1, runtime.GOMAXPROCS(0)/2))),
		dummy: sync.OnceValues(func() (string, error) {
			return argon2id.CreateHash("nobody has this password", params)
		}),
	}
}

func (h *hasher) slot(ctx context.Context) (release func(), err error) {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return nil, errBusy
	}
	defer h.waiting.Add(-1)
	if err := h.slots.Acquire(ctx, 1); err != nil {
		return nil, errBusy.WithCause(err)
	}
	return func() { h.slots.Release(1) }, nil
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	release, err := h.slot(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	hash, err := argon2id.CreateHash(password, h.params)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// matches compares password and hash. With an empty hash, for a user who does
// not exist, it works as long as with one and reports false.
func (h *hasher) matches(ctx context.Context, password, hash string) (bool, error) {
	release, err := h.slot(ctx)
	if err != nil {
		return false, err
	}
	defer release()
	exists := hash != ""
	if !exists {
		if hash, err = h.dummy(); err != nil {
			return false, fmt.Errorf("hash password: %w", err)
		}
	}
	if len(password) > 4*MaxPassword {
		password = ""
	}
	ok, err := argon2id.ComparePasswordAndHash(password, hash)
	if err != nil {
		return false, fmt.Errorf("compare password: %w", err)
	}
	return ok && exists, nil
}
