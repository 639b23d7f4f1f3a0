package api

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/klauspost/compress/gzip"

	"github.com/waymark-crm/waymark/internal/accounts"
	"github.com/waymark-crm/waymark/internal/export"
	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
)

// Bounds of exports.
const (
	exportsAtOnce = 4                // of a server: each holds a connection to the database
	exportStall   = 30 * time.Second // in which a browser has to take something
	exportTime    = time.Hour        // that one may take
)

func (s *Server) registerExport() {
	const tag = "Accounts"
	may := need(identity.AccountsExport)
	const text = "As many as the filter means, streamed. csv and xlsx have a row for an account and one more for each further site and contact, and can be imported again; " +
		"texts that a spreadsheet would take for a formula have a quote in front in csv. In geojson and kml each site is a feature. " +
		"Who exported how many accounts by which filter is in the audit trail. A file that ends early is broken off, never closed as if it were whole."
	register(s, get("/api/accounts/export", "exportAccounts", tag, "Download the accounts that a filter means", may).described(text), s.exportAccounts)
	register(s, post("/api/accounts/export", "exportAccountsBy", tag, "Download accounts by a long filter or by their ids", may).described(text), s.exportAccountsBy)
	for _, id := range []string{"exportAccounts", "exportAccountsBy"} {
		s.documentStream(id, slices.Sorted(maps.Values(export.MediaTypes)))
	}
}

// documentStream says in the document what an operation streams.
func (s *Server) documentStream(id string, mediaTypes []string) {
	for _, item := range s.api.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op == nil || op.OperationID != id {
				continue
			}
			content := map[string]*huma.MediaType{}
			for _, m := range mediaTypes {
				kind, _, _ := strings.Cut(m, ";")
				content[kind] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
			}
			op.Responses["200"] = &huma.Response{Description: "The file", Content: content}
		}
	}
}

// ExportFile is which file is wanted.
type ExportFile struct {
	Format  string `query:"format" required:"true" enum:"csv,xlsx,geojson,kml"`
	Columns string `query:"columns" maxLength:"4000" doc:"Keys with a comma between them, in their order; left out, all. Those of listFields and of listImportFields, and custom.<key>." example:"name,status,city,custom.size"`
	Sort    string `query:"sort" maxLength:"60" pattern:"^(-?[A-Za-z][A-Za-z0-9_.]*)?$" doc:"As of listAccounts."`
}

type exportInput struct {
	AccountFilter
	ExportFile
	IDs string `query:"ids" maxLength:"40000" pattern:"^([0-9]{1,18}(,[0-9]{1,18})*)?$" doc:"Only these, with a comma between them."`
	raw url.Values
}

// Resolve keeps the query as it was sent, for the audit trail.
func (in *exportInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.raw = u.Query()
	return nil
}

// archivedOrNot is every account: one that is named is meant also when it is
// archived.
var archivedOrNot = func() *accounts.Tree {
	tree, err := accounts.ParseTree([]byte(`{"any":[{"field":"archived","op":"is","value":true},{"field":"archived","op":"is","value":false}]}`))
	if err != nil {
		panic(err)
	}
	return tree
}()

func (s *Server) exportAccounts(ctx context.Context, in *exportInput) (*huma.StreamResponse, error) {
	f, err := s.filter(ctx, in.AccountFilter)
	if err != nil {
		return nil, err
	}
	asked := map[string]any{}
	for name, values := range in.raw {
		switch {
		case name == "format" || name == "columns" || name == "sort" || name == "ids":
		case name == "filter" && values[0] != "":
			asked[name] = json.RawMessage(f.Tree.String())
		case len(values) == 1:
			asked[name] = values[0]
		default:
			asked[name] = values
		}
	}
	if in.IDs != "" {
		for text := range strings.SplitSeq(in.IDs, ",") {
			id, err := strconv.ParseInt(text, 10, 64)
			if err != nil {
				return nil, fault.Wrap(err, fault.Invalid, "The ids cannot be read.").WithField("query.ids", "Whole numbers with a comma between them.")
			}
			f.IDs = append(f.IDs, id)
		}
		if f.Tree == nil && !f.Archived {
			f.Tree = archivedOrNot
		}
	}
	return s.export(ctx, in.Format, in.Columns, in.Sort, f, asked)
}

type exportByInput struct {
	Body struct {
		Format  string      `json:"format" enum:"csv,xlsx,geojson,kml"`
		Columns []string    `json:"columns,omitempty" maxItems:"200" doc:"Left out: all."`
		Sort    string      `json:"sort,omitempty" maxLength:"60"`
		Filter  *filterTree `json:"filter,omitempty"`
		IDs     []int64     `json:"ids,omitempty" maxItems:"100000"`
	}
}

func (s *Server) exportAccountsBy(ctx context.Context, in *exportByInput) (*huma.StreamResponse, error) {
	b := in.Body
	f := accounts.Filter{IDs: b.IDs}
	asked := map[string]any{}
	if f.IDs != nil {
		f.Tree = archivedOrNot
	}
	if b.Filter != nil {
		tree, err := b.Filter.tree()
		if err != nil {
			return nil, err
		}
		if tree != nil {
			f.Tree = tree
			asked["filter"] = json.RawMessage(tree.String())
		}
	}
	return s.export(ctx, b.Format, strings.Join(b.Columns, ","), b.Sort, f, asked)
}

func (s *Server) export(ctx context.Context, format, columns, sort string, f accounts.Filter, asked map[string]any) (*huma.StreamResponse, error) {
	if f.IDs != nil {
		asked["ids"] = len(f.IDs)
	}
	r := export.Request{Format: export.Format(format), Filter: f, Asked: asked, Sort: sort}
	if columns != "" {
		r.Columns = strings.Split(columns, ",")
	}
	select {
	case s.exporting <- struct{}{}:
	default:
		return nil, fault.New(fault.TooMany, "Several exports are under way. Try again when they have ended.")
	}
	job, err := s.exports.Begin(ctx, r)
	if err != nil {
		<-s.exporting
		return nil, err
	}
	return &huma.StreamResponse{Body: func(h huma.Context) { s.stream(h, job) }}, nil
}

// stream sends the file while it is made. What goes wrong now can no longer
// become an answer: the connection is closed, so that no browser takes the part
// that it has for the whole.
func (s *Server) stream(h huma.Context, job *export.Job) {
	c := humafiber.Unwrap(h)
	c.Set("Content-Type", job.MediaType)
	c.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(job.FileName))
	c.Set("Cache-Control", "no-store")
	c.Set("X-Accel-Buffering", "no")
	compress := job.MediaType != export.MediaTypes[export.XLSX] && acceptsGzip(c.Get("Accept-Encoding"))
	if compress {
		c.Set("Content-Encoding", "gzip")
		c.Set("Vary", "Accept-Encoding")
	}
	// The request's own context ends with the handler.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), exportTime)
	conn := c.Context().Conn()
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		defer func() { <-s.exporting }()
		defer cancel()
		var err error
		defer func() { // this runs outside of every middleware
			if r := recover(); r != nil {
				s.log.Error("panic while exporting", "panic", r, "stack", string(debug.Stack()))
				_ = conn.Close() // nobody is left to tell
			} else if err != nil {
				s.log.Warn("an export was broken off", "export", job.ID, "error", err)
				_ = conn.Close()
			}
		}()
		to := &patient{w: w, extend: func() error { return conn.SetWriteDeadline(time.Now().Add(exportStall)) }}
		if !compress {
			_, err = job.Write(ctx, to)
			return
		}
		z := gzip.NewWriter(to)
		if _, err = job.Write(ctx, z); err == nil {
			err = z.Close()
		}
	})
}

// acceptsGzip reports whether a browser takes compressed files.
func acceptsGzip(header string) bool {
	return acceptedEncoding(header, &asset{gz: []byte{0}}) == "gzip"
}

// patient writes to a browser and gives it a while for each piece.
type patient struct {
	w      *bufio.Writer
	extend func() error
}

var _ io.Writer = (*patient)(nil)

func (p *patient) Write(b []byte) (int, error) {
	if err := p.extend(); err != nil {
		return 0, err
	}
	n, err := p.w.Write(b)
	if err != nil {
		return n, err
	}
	return n, p.w.Flush()
}
