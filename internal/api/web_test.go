package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPagesOfTheApplicationAreItsIndex(t *testing.T) {
	t.Parallel()
	c := setup(t).anonymous()
	for _, path := range []string{"/", "/index.html", "/accounts", "/accounts/7", "/plans/2026-11-23", "/a/../b", "//accounts"} {
		r := c.get(path).want(200)
		require.Equal(t, "text/html; charset=utf-8", r.header.Get("Content-Type"), path)
		require.Contains(t, string(r.body), "<title>Waymark</title>", path)
		require.Equal(t, "no-cache", r.header.Get("Cache-Control"), "a new version is seen at once")
	}
	for _, path := range []string{"/assets/index-00000000.js", "/assets/", "/robots.txt", "/../etc/passwd.txt", "/%2e%2e/go.mod", "/api", "/tiles"} {
		c.get(path).problem(404, "not_found")
	}
}

func TestFilesWithAHashInTheirNameAreKeptForGood(t *testing.T) {
	t.Parallel()
	c := setup(t).anonymous()
	r := c.get("/assets/index-Ba3XyZ12.js").want(200)
	require.Equal(t, "public, max-age=31536000, immutable", r.header.Get("Cache-Control"))
	require.Equal(t, "text/javascript; charset=utf-8", r.header.Get("Content-Type"))
	require.Equal(t, "console.log('plain')", string(r.body))
	require.Equal(t, "no-cache", c.get("/favicon.svg").want(200).header.Get("Cache-Control"))
}

func TestFilesAreSentInTheFormThatTheBrowserLikesBest(t *testing.T) {
	t.Parallel()
	c := setup(t).anonymous()
	for accept, want := range map[string][2]string{
		"":                        {"", "console.log('plain')"},
		"gzip, deflate, br, zstd": {"br", "br bytes"},
		"gzip":                    {"gzip", "gzip bytes"},
		"br;q=0, gzip;q=0.5":      {"gzip", "gzip bytes"},
		"br;q=0.0, gzip;q=0":      {"", "console.log('plain')"},
		"identity":                {"", "console.log('plain')"},
	} {
		c.set.Set("Accept-Encoding", accept)
		r := c.get("/assets/index-Ba3XyZ12.js").want(200)
		require.Equal(t, want[0], r.header.Get("Content-Encoding"), accept)
		require.Equal(t, want[1], string(r.body), accept)
		require.Equal(t, "Accept-Encoding", r.header.Get("Vary"))
	}
	c.set.Set("Accept-Encoding", "br")
	require.Empty(t, c.get("/").want(200).header.Get("Content-Encoding"), "the build made no other form of it")
}

func TestAFileThatTheBrowserHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	c := setup(t).anonymous()
	etag := c.get("/").want(200).header.Get("ETag")
	require.NotEmpty(t, etag)
	c.set.Set("If-None-Match", `"other", `+etag)
	r := c.get("/").want(304)
	require.Empty(t, r.body)
	c.set.Set("If-None-Match", `"other"`)
	c.get("/").want(200)
	head := c.do("HEAD", "/favicon.svg", nil).want(200)
	require.Empty(t, head.body)
}

func TestWithoutTheWebApplicationTheServerSaysSo(t *testing.T) {
	t.Parallel()
	c := setup(t, func(d *Deps) { d.Web = nil }).anonymous()
	require.Contains(t, c.get("/").problem(404, "not_found"), "make web")
}
