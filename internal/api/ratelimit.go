package api

import (
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// defaultRequestsPerMinute is the limit of one API key, person or, before anyone
// is known, address. A page of the application takes a handful.
const defaultRequestsPerMinute = 1200

// limiter counts requests by whoever makes them, in windows of one minute. It is
// safe for concurrent use. Each server counts by itself.
type limiter struct {
	limit int
	now   func() time.Time

	mu     sync.Mutex
	window int64 // the minute that is counted
	counts map[string]int
}

func newLimiter(limit int) *limiter {
	if limit == 0 {
		limit = defaultRequestsPerMinute
	}
	return &limiter{limit: limit, now: time.Now, counts: map[string]int{}}
}

// take counts a request and returns how many are left in this window, negative
// when it is one too many, and when the window ends.
func (l *limiter) take(who string) (left int, ends time.Duration) {
	now := l.now()
	minute := now.Unix() / 60
	l.mu.Lock()
	defer l.mu.Unlock()
	if minute != l.window {
		l.window, l.counts = minute, map[string]int{}
	}
	l.counts[who]++
	return l.limit - l.counts[who], time.Unix((minute+1)*60, 0).Sub(now)
}

// limitRate refuses what is more than the limit, and tells with every answer how
// much is left: RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset (seconds).
func (s *Server) limitRate(c *fiber.Ctx) error {
	who := "from:" + clientFrom(c.UserContext()).String()
	if session, ok := identity.SessionFrom(c.UserContext()); ok {
		who = fmt.Sprint("user:", session.OrgID, ":", session.UserID)
		if session.KeyID != 0 {
			who = fmt.Sprint("key:", session.OrgID, ":", session.KeyID)
		}
	}
	left, ends := s.limiter.take(who)
	seconds := int((ends + time.Second - 1) / time.Second)
	c.Set("RateLimit-Limit", strconv.Itoa(s.limiter.limit))
	c.Set("RateLimit-Remaining", strconv.Itoa(max(left, 0)))
	c.Set("RateLimit-Reset", strconv.Itoa(seconds))
	if left < 0 {
		return fault.New(fault.TooMany, "Too many requests in this minute. Wait as long as Retry-After says, and ask for more at once: lists take a limit, and many changes go in one request.").
			WithCause(identity.RetryAfter(ends))
	}
	return c.Next()
}
