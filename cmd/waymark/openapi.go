package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/waymark-crm/waymark/internal/api"
	"github.com/waymark-crm/waymark/internal/fault"
)

// OpenapiCmd writes the OpenAPI document. It needs no database.
type OpenapiCmd struct {
	Out   string `short:"o" placeholder:"FILE" help:"File to write; without it, the standard output."`
	Check bool   `help:"Write nothing; fail when the file is not what would be written."`
}

// documentVersion stands in the file instead of the program's version, so that
// the file changes only when the API does.
const documentVersion = "1"

// Run writes the document, or compares it with the file.
func (c *OpenapiCmd) Run(env *Env) error {
	document, err := api.Document(documentVersion)
	if err != nil {
		return err
	}
	switch {
	case c.Check && c.Out == "":
		return fault.New(fault.Invalid, "Say with --out which file to check.")
	case c.Check:
		have, err := os.ReadFile(c.Out)
		if err != nil {
			return fault.Errorf(fault.NotFound, "The OpenAPI document cannot be read: %w.", err)
		}
		if !bytes.Equal(have, document) {
			return fault.Errorf(fault.Conflict, "The file %s is stale. Run `waymark openapi --out %s`.", c.Out, c.Out)
		}
		return nil
	case c.Out == "":
		_, err := env.Out.Write(document)
		return err
	}
	if err := os.WriteFile(c.Out, document, 0o644); err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	return nil
}
