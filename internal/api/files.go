package api

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/files"
	"github.com/waymark-crm/waymark/internal/identity"
)

func (s *Server) registerFiles() {
	const tag = "Files"
	read, write := need(identity.AccountsRead), need(identity.AccountsWrite)
	register(s, get("/api/accounts/{id}/files", "listFiles", tag, "The files and photos of an account, the newest first", read), s.listFiles)
	upload := post("/api/accounts/{id}/files", "createFile", tag, "Add a file or photo", write).status(201).
		described("The body is the file as it is, of at most 25 MB. Its content is at /api/files/{id}/content, the small picture of a photo at /api/files/{id}/thumbnail.")
	upload.BodyLimit = files.MaxSize + 1
	register(s, upload, s.createFile)
	register(s, remove("/api/files/{id}", "deleteFile", tag, "Take a file away", write), s.deleteFile)
	register(s, post("/api/files/{id}/restore", "restoreFile", tag, "Bring a file back", write), s.restoreFile)
	s.raw("/api/files/:id/content", read, s.fileContent)
	s.raw("/api/files/:id/thumbnail", read, s.fileThumbnail)
	s.app.Server().HeaderReceived = bodyLimit
}

// bodyLimit lets only the upload of a file and the import of outlines carry more
// than other requests, and only for someone who says who they are.
func bodyLimit(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path := string(h.RequestURI())
	path, _, _ = strings.Cut(path, "?")
	signed := len(h.Peek("Authorization")) > 0 || len(h.Cookie(cookieName)) > 0
	if signed && string(h.Method()) == fiber.MethodPost && strings.HasPrefix(path, "/api/accounts/") && strings.HasSuffix(path, "/files") {
		return fasthttp.RequestConfig{MaxRequestBodySize: files.MaxSize + 1<<10}
	}
	if signed && string(h.Method()) == fiber.MethodPost && path == importPath {
		return fasthttp.RequestConfig{MaxRequestBodySize: maxOutlines + 1<<10}
	}
	return fasthttp.RequestConfig{MaxRequestBodySize: maxBody}
}

func (s *Server) listFiles(ctx context.Context, in *ByID) (*answer[list[files.File]], error) {
	all, err := s.files.OfAccount(ctx, in.ID)
	return respond(list[files.File]{Items: all}, err)
}

type createFileInput struct {
	ByID
	Name    string `query:"name" minLength:"1" maxLength:"500" required:"true" example:"contract.pdf"`
	RawBody []byte `contentType:"application/octet-stream"`
}

func (s *Server) createFile(ctx context.Context, in *createFileInput) (*answer[files.File], error) {
	return respond(s.files.Add(ctx, in.ID, in.Name, in.RawBody))
}

func (s *Server) deleteFile(ctx context.Context, in *ByID) (*none, error) {
	return respondNone(s.files.Delete(ctx, in.ID))
}

func (s *Server) restoreFile(ctx context.Context, in *ByID) (*answer[files.File], error) {
	return respond(s.files.Restore(ctx, in.ID))
}

func fileID(c *fiber.Ctx) (int64, error) {
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || id < 1 {
		return 0, fault.New(fault.NotFound, "There is no such file.")
	}
	return id, nil
}

// inert are the types whose name does no harm in a browser that saves them.
// Everything else, markup above all, is sent as bytes.
var inert = map[string]bool{
	"application/pdf": true, "image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true,
	"application/zip": true, "text/plain; charset=utf-8": true,
}

// fileContent is GET /api/files/{id}/content: to be saved, never to be shown as a
// page of ours.
func (s *Server) fileContent(c *fiber.Ctx) error {
	id, err := fileID(c)
	if err != nil {
		return err
	}
	f, content, err := s.files.Content(c.UserContext(), id)
	if err != nil {
		return err
	}
	kind := "application/octet-stream"
	if inert[f.MediaType] {
		kind = f.MediaType
	}
	c.Set("Content-Type", kind)
	c.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	c.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	c.Set("Cache-Control", "private, no-cache")
	c.Set("ETag", `"`+f.SHA256+`"`)
	return c.Send(content)
}

// fileThumbnail is GET /api/files/{id}/thumbnail, a JPEG that this server made.
func (s *Server) fileThumbnail(c *fiber.Ctx) error {
	id, err := fileID(c)
	if err != nil {
		return err
	}
	picture, err := s.files.Thumbnail(c.UserContext(), id)
	if err != nil {
		return err
	}
	c.Set("Content-Type", "image/jpeg")
	c.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	c.Set("Cache-Control", "private, max-age=86400")
	return c.Send(picture)
}
