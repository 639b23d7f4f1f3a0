package api

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/fault"
)

// contentPolicy allows the browser exactly what the application does, all of it
// from this server:
//
//   - MapLibre's worker is a file of its own (maplibre-gl-csp-worker), so no
//     blob: worker is needed;
//   - MapLibre draws its canvas into blobs, and icons come as data: URLs;
//   - Mantine sets custom properties through style attributes and a <style>
//     element, and a nonce would have to be put into index.html for each
//     request: so styles, and only styles, may be inline.
const contentPolicy = "default-src 'none'; " +
	"script-src 'self'; " +
	"worker-src 'self'; " +
	"style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data: blob:; " +
	"font-src 'self'; " +
	"connect-src 'self'; " +
	"manifest-src 'self'; " +
	"base-uri 'none'; " +
	"form-action 'self'; " +
	"frame-ancestors 'none'"

// securityHeaders go with every answer.
func (s *Server) securityHeaders(c *fiber.Ctx) error {
	s.setSecurityHeaders(c)
	return c.Next()
}

// setSecurityHeaders is also what a request gets that is refused before any
// middleware sees it, since it is too large or no HTTP.
func (s *Server) setSecurityHeaders(c *fiber.Ctx) {
	c.Set("Content-Security-Policy", contentPolicy)
	c.Set("X-Content-Type-Options", "nosniff")
	c.Set("X-Frame-Options", "DENY")
	c.Set("Referrer-Policy", "same-origin")
	c.Set("Permissions-Policy", "geolocation=(self), camera=(), microphone=(), payment=(), usb=()")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	if s.https() {
		c.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if strings.HasPrefix(c.Path(), "/api") {
		c.Set("Cache-Control", "no-store") // a handler that knows better sets its own
	}
}

func (s *Server) https() bool { return s.publicURL != nil && s.publicURL.Scheme == "https" }

// parsePublicURL reads the setting; nil when it is empty.
func parsePublicURL(text string) (*url.URL, error) {
	if text == "" {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, fault.Errorf(fault.Invalid, "The public URL %q cannot be used. It looks like https://crm.example.com.", text)
	}
	if strings.Trim(u.Path, "/") != "" {
		return nil, fault.Errorf(fault.Invalid, "The public URL %q has a path; Waymark must be at the root of its host.", text)
	}
	return u, nil
}
