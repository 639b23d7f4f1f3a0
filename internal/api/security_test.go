package api

import (
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.rep)
	for _, path := range []string{"/", "/accounts/7", "/assets/index-Ba3XyZ12.js", "/api/me", "/api/users/x", "/api/nothing", "/api/docs", "/healthz", "/missing.png"} {
		r := c.get(path)
		policy := r.header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", path)
		require.Contains(t, policy, "script-src 'self';", path)
		require.Contains(t, policy, "worker-src 'self';", path)
		require.Contains(t, policy, "frame-ancestors 'none'", path)
		require.NotContains(t, policy, "unsafe-eval", path)
		require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"), path)
		require.Equal(t, "same-origin", r.header.Get("Referrer-Policy"), path)
		require.Contains(t, r.header.Get("Permissions-Policy"), "geolocation=(self)", path)
		require.Equal(t, "same-origin", r.header.Get("Cross-Origin-Opener-Policy"), path)
		require.Empty(t, r.header.Get("Strict-Transport-Security"), path)
		require.Empty(t, r.header.Get("Server"), path)
	}
	secure := setup(t, func(d *Deps) { d.Settings.PublicURL = "https://crm.example.com" })
	require.Contains(t, secure.anonymous().get("/").header.Get("Strict-Transport-Security"), "max-age=")
}

// The policy forbids scripts in the page, so that a text that got in as markup
// runs nothing; this is the page that the server makes itself.
func TestTheDocumentationPageAsksNobodyElseForAnything(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := w.anonymous().get("/api/docs").want(200)
	page := string(r.body)
	require.Contains(t, r.header.Get("Content-Type"), "text/html")
	require.NotContains(t, page, "<script")
	require.NotRegexp(t, regexp.MustCompile(`(src|href)="(https?:)?//`), page)
	for id := range w.server.operations {
		require.Contains(t, page, `id="`+id+`"`)
	}
	for _, link := range regexp.MustCompile(`href="#([^"]+)"`).FindAllStringSubmatch(page, -1) {
		require.Contains(t, page, `id="`+link[1]+`"`)
	}
}

func TestAnUnsafeRequestWithoutTheTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	c := w.as(w.north.admin)
	right := c.csrf
	for _, token := range []string{"", "x", right[1:], w.as(w.north.admin).csrf, w.as(w.south.admin).csrf} {
		c.csrf = token
		c.do("POST", "/api/teams", map[string]any{"name": "Coast"}).problem(403, "forbidden")
		c.do("DELETE", "/api/session", nil).problem(403, "forbidden")
	}
	c.csrf = right
	c.do("POST", "/api/teams", map[string]any{"name": "Coast"}).want(201)
}

func TestAnUnsafeRequestFromAnotherWebsiteIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t, func(d *Deps) { d.Settings.PublicURL = "https://crm.example.com" })
	c := w.as(w.north.admin)
	own := strings.TrimPrefix(w.url, "http://")
	for _, foreign := range []http.Header{
		{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}},
		{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {""}},
		{"Origin": {"https://crm.example.com.evil.example"}, "Sec-Fetch-Site": {""}},
		{"Origin": {"http://crm.example.com"}, "Sec-Fetch-Site": {""}},
		{"Origin": {"null"}, "Sec-Fetch-Site": {""}},
		{"Origin": {"https://other.crm.example.com"}, "Sec-Fetch-Site": {"same-site"}},
		{"Origin": {""}, "Sec-Fetch-Site": {"cross-site"}},
		{"Origin": {""}, "Sec-Fetch-Site": {"none"}},
	} {
		c.set = foreign
		c.do("POST", "/api/teams", map[string]any{"name": "Coast"}).problem(403, "forbidden")
		stranger := w.anonymous()
		stranger.set = foreign
		stranger.do("POST", "/api/session", credentials(w.north.rep.Email, password)).problem(403, "forbidden")
	}
	for i, ours := range []http.Header{
		{"Origin": {"https://crm.example.com"}, "Sec-Fetch-Site": {"same-origin"}},
		{"Origin": {"http://" + own}, "Sec-Fetch-Site": {""}},
		{"Origin": {""}, "Sec-Fetch-Site": {""}}, // no browser
	} {
		c.set = ours
		c.do("POST", "/api/teams", map[string]any{"name": "Coast " + id(int64(i))}).want(201)
	}
}

func TestThePublicURLIsTheRootOfAHost(t *testing.T) {
	t.Parallel()
	for _, wrong := range []string{"crm.example.com", "ftp://crm.example.com", "https://", "https://crm.example.com/waymark", "://"} {
		_, err := New(Deps{Settings: Settings{PublicURL: wrong}})
		require.Error(t, err, wrong)
	}
	_, err := New(Deps{Settings: Settings{PublicURL: "https://crm.example.com/"}})
	require.NoError(t, err)
	_, err = New(Deps{Settings: Settings{TrustedProxies: []string{"proxy"}}})
	require.ErrorContains(t, err, "proxy")
}

func TestOnlyTrustedProxiesSayWhereARequestComesFrom(t *testing.T) {
	t.Parallel()
	trusted, err := parseProxies([]string{"10.0.0.0/8", "fd00::1", "127.0.0.1"})
	require.NoError(t, err)
	for _, c := range []struct{ peer, forwarded, want string }{
		{"203.0.113.5", "198.51.100.1", "203.0.113.5"},         // no proxy: its word counts nothing
		{"10.0.0.1", "198.51.100.1", "198.51.100.1"},           // a proxy
		{"10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"},  // what the client wrote before it
		{"10.0.0.1", "198.51.100.1, 10.2.0.1", "198.51.100.1"}, // two proxies
		{"10.0.0.1", "", "10.0.0.1"},                           // the proxy itself
		{"10.0.0.1", "nonsense", "10.0.0.1"},                   // not believed
		{"10.0.0.1", "10.0.0.9", "10.0.0.9"},                   // inside
		{"::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"},    // IPv4 as IPv6
		{"fd00::1", "2001:db8::7", "2001:db8::7"},
		{"fd00::2", "2001:db8::7", "fd00::2"},
	} {
		require.Equal(t, c.want, trusted.client(netip.MustParseAddr(c.peer), c.forwarded).String(), c)
	}
}
