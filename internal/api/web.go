package api

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/fault"
)

// Files whose name carries a hash of their content never change:
// assets/index-Ba3XyZ12.js.
var hashedName = regexp.MustCompile(`[-.][A-Za-z0-9_-]{8,}\.[a-z0-9]+$`)

// noPages are the first parts of paths under which the application has no page.
var noPages = []string{"api", "tiles", "assets", "metrics"}

// asset is one file of the web application, with its compressed forms.
type asset struct {
	kind      string // media type
	etag      string
	immutable bool
	body      []byte
	br, gz    []byte // nil where the build made none
}

// registerWeb serves the web application under every path that is left:
// its files by their names, and index.html for the pages that the application
// itself routes. Under /api and /tiles, and for a file that does not exist, the
// answer is 404.
func (s *Server) registerWeb() {
	assets, err := loadAssets(s.deps.Web)
	if err != nil {
		panic(err) // the file system is part of the binary
	}
	s.app.Use("/", func(c *fiber.Ctx) error {
		if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
			return fiber.ErrMethodNotAllowed
		}
		name := strings.TrimPrefix(path.Clean("/"+c.Path()), "/")
		if a, ok := assets[name]; ok {
			return a.send(c)
		}
		first, _, _ := strings.Cut(name, "/")
		if slices.Contains(noPages, first) || path.Ext(name) != "" {
			return fiber.ErrNotFound
		}
		if index, ok := assets["index.html"]; ok {
			return index.send(c)
		}
		return fault.New(fault.NotFound, "This server was built without the web application. Build it with `make web`, then build the server again.")
	})
}

func (a *asset) send(c *fiber.Ctx) error {
	if a.immutable {
		c.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		c.Set("Cache-Control", "no-cache") // keep it, and ask each time whether it is the newest
	}
	c.Set("Content-Type", a.kind)
	c.Set("Vary", "Accept-Encoding")
	etag, body := a.etag, a.body
	switch encoding := acceptedEncoding(c.Get("Accept-Encoding"), a); encoding {
	case "br":
		body = a.br
		c.Set("Content-Encoding", encoding)
	case "gzip":
		body = a.gz
		c.Set("Content-Encoding", encoding)
	}
	c.Set("ETag", etag)
	if match := c.Get("If-None-Match"); match != "" && etagMatches(match, etag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return c.Send(body)
}

func acceptedEncoding(accept string, a *asset) string {
	best := ""
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		if w := strings.ReplaceAll(weight, " ", ""); w == "q=0" || strings.HasPrefix(w, "q=0.0") && strings.Trim(w[4:], "0") == "" {
			continue
		}
		switch strings.TrimSpace(name) {
		case "br":
			if a.br != nil {
				return "br"
			}
		case "gzip":
			if a.gz != nil {
				best = "gzip"
			}
		}
	}
	return best
}

// etagMatches reports whether If-None-Match names the tag, weakly compared as
// RFC 9110 wants it there.
func etagMatches(header, etag string) bool {
	if header == "*" {
		return true
	}
	for part := range strings.SplitSeq(header, ",") {
		if strings.TrimPrefix(strings.TrimSpace(part), "W/") == strings.TrimPrefix(etag, "W/") {
			return true
		}
	}
	return false
}

func loadAssets(web fs.FS) (map[string]*asset, error) {
	assets := map[string]*asset{}
	if web == nil {
		return assets, nil
	}
	err := fs.WalkDir(web, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") {
			return err
		}
		a := &asset{kind: mediaType(name)}
		if a.body, err = fs.ReadFile(web, name); err != nil {
			return err
		}
		for ext, form := range map[string]*[]byte{".br": &a.br, ".gz": &a.gz} {
			body, err := fs.ReadFile(web, name+ext)
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
			*form = body
		}
		sum := sha256.Sum256(a.body)
		a.etag = `W/"` + hex.EncodeToString(sum[:12]) + `"` // weak: one tag for all encodings
		a.immutable = strings.HasPrefix(name, "assets/") && hashedName.MatchString(name)
		assets[name] = a
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the web application: %w", err)
	}
	return assets, nil
}

// mediaType does not ask the machine's tables, which differ.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
