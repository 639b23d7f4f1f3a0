package api

import (
	"bytes"
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/waymark-crm/waymark/internal/fault"
	"github.com/waymark-crm/waymark/internal/identity"
	"github.com/waymark-crm/waymark/internal/imports"
)

func init() {
	schemaNames["imports.Field"] = "ImportField"
	schemaNames["imports.Plan"] = "ImportPlan"
	schemaNames["imports.Reading"] = "ImportReading"
	schemaNames["imports.Column"] = "ImportColumn"
	schemaNames["imports.Counts"] = "ImportCounts"
	schemaNames["imports.Finding"] = "ImportFinding"
	schemaNames["imports.RowFindings"] = "ImportRowFindings"
}

func (s *Server) registerImports() {
	const tag = "Imports"
	may := need(identity.AccountsImport)
	const stale = "An old version is refused with 409, whose current is the import as it is."
	register(s, get("/api/imports", "listImports", tag, "Imports, the newest first", may).
		described("Without their columns."), s.listImports)
	register(s, get("/api/import-fields", "listImportFields", tag, "What a column can fill", may), s.listImportFields)
	register(s, post("/api/imports", "createImport", tag, "Announce a file", may).status(201).
		described("A CSV file or an Excel workbook of at most 512 MB. Send its bytes with sendImportFile."), s.createImport)
	file := put("/api/imports/{id}/file", "sendImportFile", tag, "Send a part of the file", may).
		described("At most 1 MiB, from offset on, which is where the last part ended; 409 says where to go on. With the last part the file is looked at: its encoding, separator, columns and what they seem to hold.")
	register(s, file, s.sendImportFile)
	register(s, get("/api/imports/{id}", "getImport", tag, "An import", may), s.getImport)
	register(s, put("/api/imports/{id}/reading", "readImport", tag, "Read the file in another way", may).
		described("With another encoding, separator or sheet, or with or without headings."), s.readImport)
	register(s, post("/api/imports/{id}/check", "checkImport", tag, "Check every row", may).status(202).
		described(stale+" A job reads the file and says what it finds; nothing of the record changes. The mapping is remembered for files with the same headings."), s.checkImport)
	register(s, get("/api/imports/{id}/findings", "listImportFindings", tag, "Rows with findings", may), s.listImportFindings)
	register(s, put("/api/imports/{id}/rows/{row}", "correctImportRow", tag, "Correct a row", may).
		described("The row is checked again with other values in some cells; a decision says what becomes of one that resembles an account."), s.correctImportRow)
	register(s, post("/api/imports/{id}/run", "runImport", tag, "Write the rows into the record", may).status(202).
		described(stale+" A job does it, batch by batch; it survives a restart of the server. Rows with errors are left out."), s.runImport)
	register(s, post("/api/imports/{id}/cancel", "cancelImport", tag, "Stop the job", may).
		described("What was written stays and can be undone."), s.cancelImport)
	register(s, post("/api/imports/{id}/undo", "undoImport", tag, "Take the import back", may).status(202).
		described(stale+" Accounts that it made are removed, those that it changed become what they were. What somebody has changed since is left alone and counted as kept."), s.undoImport)
	register(s, remove("/api/imports/{id}", "deleteImport", tag, "Remove an import and its file", may).
		described("What it wrote stays, and can no longer be undone."), s.deleteImport)
	s.raw("/api/imports/:id/findings.csv", may, s.downloadFindings)
}

// importing returns the service, or the fault of a server that has none.
func (s *Server) importing() (*imports.Service, error) {
	if s.deps.Imports == nil {
		return nil, fault.New(fault.Unavailable, "This server takes no files.")
	}
	return s.deps.Imports, nil
}

// withImport does something with an import.
func (s *Server) withImport(do func(*imports.Service) (*imports.Import, error)) (*answer[*imports.Import], error) {
	service, err := s.importing()
	if err != nil {
		return nil, err
	}
	return respond(do(service))
}

type importsInput struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (s *Server) listImports(ctx context.Context, in *importsInput) (*answer[list[*imports.Import]], error) {
	service, err := s.importing()
	if err != nil {
		return nil, err
	}
	all, err := service.List(ctx, in.Limit)
	if all == nil {
		all = []*imports.Import{}
	}
	return respond(list[*imports.Import]{Items: all}, err)
}

func (s *Server) listImportFields(ctx context.Context, _ *none) (*answer[list[imports.Field]], error) {
	service, err := s.importing()
	if err != nil {
		return nil, err
	}
	fields, err := service.Fields(ctx)
	return respond(list[imports.Field]{Items: fields}, err)
}

type createImportInput struct {
	Body struct {
		FileName string `json:"fileName" minLength:"1" maxLength:"300" example:"customers.csv"`
		Bytes    int64  `json:"bytes" minimum:"1" doc:"The size of the file."`
	}
}

func (s *Server) createImport(ctx context.Context, in *createImportInput) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) {
		return service.Create(ctx, in.Body.FileName, in.Body.Bytes)
	})
}

type importFileInput struct {
	ByID
	Offset  int64  `query:"offset" minimum:"0" required:"true" doc:"Where the part begins in the file."`
	RawBody []byte `contentType:"application/octet-stream"`
}

func (s *Server) sendImportFile(ctx context.Context, in *importFileInput) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) {
		return service.Receive(ctx, in.ID, in.Offset, in.RawBody)
	})
}

func (s *Server) getImport(ctx context.Context, in *ByID) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) { return service.Get(ctx, in.ID) })
}

type readImportInput struct {
	ByID
	Body struct {
		Encoding  string `json:"encoding,omitempty" enum:"utf-8,utf-16le,utf-16be,windows-1252,"`
		Separator string `json:"separator,omitempty" maxLength:"1"`
		Sheet     string `json:"sheet,omitempty" maxLength:"200"`
		Headings  bool   `json:"headings"`
	}
}

func (s *Server) readImport(ctx context.Context, in *readImportInput) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) {
		b := in.Body
		return service.Read(ctx, in.ID, &imports.Reading{Encoding: b.Encoding, Separator: b.Separator, Sheet: b.Sheet, Headings: b.Headings})
	})
}

type checkImportInput struct {
	ByID
	Body struct {
		Version int          `json:"version" minimum:"1" doc:"The version that you saw."`
		Plan    imports.Plan `json:"plan"`
	}
}

func (s *Server) checkImport(ctx context.Context, in *checkImportInput) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) {
		return service.Check(ctx, in.ID, in.Body.Version, in.Body.Plan)
	})
}

type importFindingsInput struct {
	ByID
	Severity string `query:"severity" enum:"error,warning"`
	Code     string `query:"code" maxLength:"50"`
	Cursor   string `query:"cursor" maxLength:"30"`
	Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

func (s *Server) listImportFindings(ctx context.Context, in *importFindingsInput) (*answer[page[imports.RowFindings]], error) {
	service, err := s.importing()
	if err != nil {
		return nil, err
	}
	filter := imports.FindingFilter{Severity: in.Severity, Code: in.Code, Limit: in.Limit}
	if in.Cursor != "" {
		if filter.After, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil {
			return nil, fault.New(fault.Invalid, "The cursor is none of this list.").WithField("query.cursor", "Leave it out to begin anew.")
		}
	}
	found, err := service.Findings(ctx, in.ID, filter)
	out := page[imports.RowFindings]{Items: found.Items, Total: found.Total}
	if found.Next != 0 {
		next := strconv.FormatInt(found.Next, 10)
		out.NextCursor = &next
	}
	return respond(out, err)
}

type correctRowInput struct {
	ByID
	Row  int64 `path:"row" minimum:"1"`
	Body struct {
		Values   []importCell `json:"values,omitempty" maxItems:"1000"`
		Decision *string      `json:"decision,omitempty" enum:"create,update,skip," doc:"What becomes of a row that resembles an account or another row; empty for what the plan says."`
	}
}

// importCell is another value for a cell.
type importCell struct {
	Position int    `json:"position" minimum:"0" doc:"Of the column, from 0."`
	Value    string `json:"value" maxLength:"20000"`
}

func (s *Server) correctImportRow(ctx context.Context, in *correctRowInput) (*answer[imports.RowFindings], error) {
	service, err := s.importing()
	if err != nil {
		return nil, err
	}
	values := make(map[int]string, len(in.Body.Values))
	for _, v := range in.Body.Values {
		values[v.Position] = v.Value
	}
	return respond(service.Correct(ctx, in.ID, in.Row, values, in.Body.Decision))
}

type importVersionInput struct {
	ByID
	Body struct {
		Version int `json:"version" minimum:"1" doc:"The version that you saw."`
	}
}

func (s *Server) runImport(ctx context.Context, in *importVersionInput) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) {
		return service.Run(ctx, in.ID, in.Body.Version)
	})
}

func (s *Server) cancelImport(ctx context.Context, in *ByID) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) { return service.Cancel(ctx, in.ID) })
}

func (s *Server) undoImport(ctx context.Context, in *importVersionInput) (*answer[*imports.Import], error) {
	return s.withImport(func(service *imports.Service) (*imports.Import, error) {
		return service.Undo(ctx, in.ID, in.Body.Version)
	})
}

func (s *Server) deleteImport(ctx context.Context, in *ByID) (*none, error) {
	service, err := s.importing()
	if err != nil {
		return nil, err
	}
	return respondNone(service.Delete(ctx, in.ID))
}

// downloadFindings answers with the rows that have findings as CSV.
func (s *Server) downloadFindings(c *fiber.Ctx) error {
	service, err := s.importing()
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(c.Params("id"), 10, 64)
	if err != nil || id < 1 {
		return fault.New(fault.NotFound, "There is no such import.")
	}
	var out bytes.Buffer // at most 200,000 findings
	if err := service.WriteFindings(c.UserContext(), id, &out); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="findings.csv"`)
	return c.Send(out.Bytes())
}
