package api

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/postgres"
)

const (
	cookieName = "waymark_session"
	csrfHeader = "X-CSRF-Token"
)

var (
	errForeignOrigin = fault.New(fault.Forbidden, "This request came from another website and was refused.")
	errNoCSRFToken   = fault.New(fault.Forbidden, "The request lacks the token that shows it comes from this application. Reload the page.")
)

// authenticate reads the session of the API key or the cookie and puts it and
// the actor into the context. A request without a valid one goes on as nobody:
// what it may do is decided at the operation. Only a key that is not valid is
// refused at once: a program should learn which of its settings is wrong.
func (s *Server) authenticate(c *fiber.Ctx) error {
	c.SetUserContext(context.WithValue(c.UserContext(), clientKey{}, s.clientOf(c)))
	credential := credentialOf(c)
	if credential == "" {
		return c.Next()
	}
	session, err := s.sessionOf(c.UserContext(), credential)
	switch {
	case fault.Is(err, fault.Unauthenticated) && identity.IsAPIKey(credential):
		c.Set("WWW-Authenticate", "Bearer")
		return err
	case fault.Is(err, fault.Unauthenticated):
		return c.Next()
	case err != nil:
		return err
	}
	if from := clientFrom(c.UserContext()); from.IsValid() {
		session.Address = from.WithZone("").String()
	}
	c.SetUserContext(s.actAs(c.UserContext(), session))
	return c.Next()
}

// credentialOf returns the API key of the header Authorization or else the token
// of the cookie; empty when there is neither. Programs that know passwords only,
// as those for maps do, send the key as the password of any user.
func credentialOf(c *fiber.Ctx) string {
	scheme, key, _ := strings.Cut(c.Get("Authorization"), " ")
	key = strings.TrimSpace(key)
	if strings.EqualFold(scheme, "Basic") {
		plain, _ := base64.StdEncoding.DecodeString(key) // of what is none, nothing is left
		_, key, _ = strings.Cut(string(plain), ":")
		scheme = "Bearer"
	}
	if strings.EqualFold(scheme, "Bearer") && identity.IsAPIKey(key) {
		return key
	}
	return c.Cookies(cookieName)
}

// sessionOf returns the session of what [credentialOf] gave.
func (s *Server) sessionOf(ctx context.Context, credential string) (identity.Session, error) {
	if identity.IsAPIKey(credential) {
		return s.deps.Identity.KeySession(ctx, credential)
	}
	return s.deps.Identity.Session(ctx, credential)
}

// actAs returns a context in which the session acts.
func (s *Server) actAs(ctx context.Context, session identity.Session) context.Context {
	ctx = identity.WithSession(ctx, session)
	return postgres.WithActor(ctx, session.Actor(requestIDFrom(ctx)))
}

type clientKey struct{}

// clientFrom returns the address that the request of ctx came from.
func clientFrom(ctx context.Context) netip.Addr {
	a, _ := ctx.Value(clientKey{}).(netip.Addr)
	return a
}

// guard refuses unsafe requests that another website made a browser send. The
// cookie is SameSite=Strict, so this is the second and third line: the origin
// that the browser tells must be ours, and a request in a session must carry the
// session's token, which only a page of ours can read.
func (s *Server) guard(c *fiber.Ctx) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return c.Next()
	}
	session, ok := identity.SessionFrom(c.UserContext())
	if session.KeyID != 0 {
		return c.Next() // no browser sends a key by itself
	}
	if !s.ownOrigin(c) {
		return errForeignOrigin
	}
	if !ok || c.Path() == signInPath && c.Method() == fiber.MethodPost {
		return c.Next() // nobody's rights to misuse; sign-in starts a new session
	}
	if subtle.ConstantTimeCompare([]byte(c.Get(csrfHeader)), []byte(session.CSRFToken)) != 1 {
		return errNoCSRFToken
	}
	return c.Next()
}

// ownOrigin reports whether the request comes from a page of this server, or
// from a program that is no browser: browsers send at least one of the two
// headers with every unsafe request.
func (s *Server) ownOrigin(c *fiber.Ctx) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return false
	}
	origin := c.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if s.publicURL != nil && u.Scheme == s.publicURL.Scheme && strings.EqualFold(u.Host, s.publicURL.Host) {
		return true
	}
	return strings.EqualFold(u.Host, string(c.Request().Host()))
}

// setCookie hands the browser its session. The server decides when it ends; the
// cookie only must not end before.
func (s *Server) setCookie(token string) string {
	cookie := cookieName + "=" + token + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + seconds(identity.SessionLimit)
	if s.https() {
		cookie += "; Secure"
	}
	return cookie
}

// clearCookie takes it away.
func (s *Server) clearCookie() string {
	cookie := cookieName + "=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0"
	if s.https() {
		cookie += "; Secure"
	}
	return cookie
}

func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(d/time.Second), 10)
}

// proxies are the networks whose X-Forwarded-For is believed.
type proxies []netip.Prefix

func parseProxies(texts []string) (proxies, error) {
	var list proxies
	for _, text := range texts {
		if p, err := netip.ParsePrefix(text); err == nil {
			list = append(list, p.Masked())
			continue
		}
		a, err := netip.ParseAddr(text)
		if err != nil {
			return nil, fault.Errorf(fault.Invalid, "The trusted proxy %q is neither an address nor a network such as 10.0.0.0/8.", text)
		}
		list = append(list, netip.PrefixFrom(a, a.BitLen()))
	}
	return list, nil
}

func (p proxies) trust(a netip.Addr) bool {
	for _, network := range p {
		if network.Contains(a) {
			return true
		}
	}
	return false
}

// client returns the address that the request came from: the peer's, or, when
// that is a trusted proxy, the last address in X-Forwarded-For that is none. What
// stands further left was written by the client and is not believed.
func (p proxies) client(peer netip.Addr, forwarded string) netip.Addr {
	peer = peer.Unmap()
	if !p.trust(peer) {
		return peer
	}
	hops := strings.Split(forwarded, ",")
	for i := len(hops) - 1; i >= 0; i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return peer
		}
		a = a.Unmap()
		if !p.trust(a) {
			return a
		}
		peer = a
	}
	return peer
}

// clientOf returns where a request came from.
func (s *Server) clientOf(c *fiber.Ctx) netip.Addr {
	var peer netip.Addr
	if a, err := netip.ParseAddrPort(c.Context().RemoteAddr().String()); err == nil {
		peer = a.Addr()
	}
	return s.proxies.client(peer, c.Get("X-Forwarded-For"))
}
