package api

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/waymark-crm/waymark/geo/hexgrid"
)

// territorialTenant is a tenant's draft of an alignment.
type territorialTenant struct {
	alignment, territory int64
}

// insertAlignment gives a tenant a draft with a territory, in which its account
// lies, an exception and a comment.
func (n *tenant) insertAlignment(ctx context.Context, tx pgx.Tx) error {
	err := tx.QueryRow(ctx, `insert into alignments (org_id, name) values ($1, $2) returning id`, n.org, n.mark).Scan(&n.alignment)
	if err != nil {
		return err
	}
	err = tx.QueryRow(ctx, `insert into territories (org_id, alignment_id, name) values ($1, $2, $3) returning id`, n.org, n.alignment, n.mark).Scan(&n.territory)
	if err != nil {
		return err
	}
	cell, err := hexgrid.CellOf(tenantPlace)
	if err != nil {
		return err
	}
	var batch pgx.Batch
	batch.Queue(`insert into territory_members (org_id, alignment_id, territory_id, position, user_id, role) values ($1, $2, $3, 1, $4, 'owner')`, n.org, n.alignment, n.territory, n.rep.ID)
	batch.Queue(`insert into territory_cells (org_id, alignment_id, territory_id, cell) values ($1, $2, $3, $4)`, n.org, n.alignment, n.territory, int64(cell.Parent(7)))
	batch.Queue(`insert into alignment_exceptions (org_id, alignment_id, territory_id, account_id, reason) values ($1, $2, $3, $4, $5)`, n.org, n.alignment, n.territory, n.account, n.mark)
	batch.Queue(`insert into alignment_events (org_id, alignment_id, what, text) values ($1, $2, 'comment', $3)`, n.org, n.alignment, n.mark)
	return tx.SendBatch(ctx, &batch).Close()
}

func init() {
	version := map[string]any{"version": 1}
	cell, err := hexgrid.CellOf(tenantPlace)
	if err != nil {
		panic(err)
	}
	hexagon := cell.Parent(7).String()
	square := map[string]any{"type": "Polygon", "coordinates": [][][2]float64{{{-75.7, 39}, {-75.3, 39}, {-75.3, 39.3}, {-75.7, 39.3}, {-75.7, 39}}}}
	at := func(their tenant) string { return "/api/alignments/" + id(their.alignment) }
	of := func(their tenant) string { return at(their) + "/territories/" + id(their.territory) }
	step := func(path string) func(*client, tenant) *reply {
		return func(c *client, their tenant) *reply { return c.do("POST", at(their)+path, version) }
	}
	read := func(path string) func(*client, tenant) *reply {
		return func(c *client, their tenant) *reply { return c.get(at(their) + path) }
	}
	for id, t := range map[string]trespass{
		"listAlignments":  {try: func(c *client, _ tenant) *reply { return c.get("/api/alignments") }},
		"listTerritories": {try: func(c *client, _ tenant) *reply { return c.get("/api/territories") }},
		"createAlignment": {try: func(c *client, their tenant) *reply {
			return c.do("POST", "/api/alignments", map[string]any{"name": "Mine", "copyOf": their.alignment})
		}, want: 404},
		"importAlignment": {try: func(c *client, _ tenant) *reply {
			return c.do("POST", "/api/alignments/import", map[string]any{"name": "Mine", "geojson": map[string]any{"type": "FeatureCollection", "features": []any{
				map[string]any{"type": "Feature", "properties": map[string]any{"name": "A"}, "geometry": square}}}})
		}},
		"getAlignment":         {try: read(""), want: 404},
		"listAlignmentCells":   {try: read("/cells"), want: 404},
		"getAlignmentOutlines": {try: read("/outlines"), want: 404},
		"alignmentHistory":     {try: read("/history"), want: 404},
		"compareAlignment":     {try: read("/compare"), want: 404},
		"listAlignmentMoves":   {try: read("/moves"), want: 404},
		"renameAlignment": {try: func(c *client, their tenant) *reply {
			return c.do("PATCH", at(their), map[string]any{"version": 1, "name": their.mark + "!"})
		}, want: 404},
		"deleteAlignment": {try: func(c *client, their tenant) *reply { return c.do("DELETE", at(their), nil) }, want: 404},
		"editAlignment": {try: func(c *client, their tenant) *reply {
			return c.do("POST", at(their)+"/edits", map[string]any{"version": 1, "edits": []any{map[string]any{"cells": []string{hexagon}, "territory": nil}}})
		}, want: 404},
		"fillTerritory": {try: func(c *client, their tenant) *reply {
			return c.do("POST", at(their)+"/fill", map[string]any{"version": 1, "territory": their.territory, "shape": square})
		}, want: 404},
		"lockCells": {try: func(c *client, their tenant) *reply {
			return c.do("POST", at(their)+"/locks", map[string]any{"version": 1, "cells": []string{hexagon}, "locked": true})
		}, want: 404},
		"undoAlignment": {try: step("/undo"), want: 404, own: 409},
		"redoAlignment": {try: step("/redo"), want: 404, own: 409},
		"balanceAlignment": {try: func(c *client, their tenant) *reply { // all revenue is 0
			return c.do("POST", at(their)+"/balance", map[string]any{"version": 1, "figures": []any{map[string]any{"figure": "revenue"}}})
		}, want: 404, own: 422},
		"cancelBalance":         {try: func(c *client, their tenant) *reply { return c.do("POST", at(their)+"/balance/cancel", nil) }, want: 404, own: 409},
		"listAlignmentComments": {try: read("/comments"), want: 404},
		"commentAlignment": {try: func(c *client, their tenant) *reply {
			return c.do("POST", at(their)+"/comments", map[string]any{"text": "Hello"})
		}, want: 404},
		"submitAlignment":   {try: step("/submit"), want: 404},
		"approveAlignment":  {try: step("/approve"), want: 404, own: 409},
		"rejectAlignment":   {try: step("/reject"), want: 404, own: 409},
		"publishAlignment":  {try: step("/publish"), want: 404, own: 409},
		"withdrawAlignment": {try: step("/withdraw"), want: 404, own: 409},
		"addTerritory": {try: func(c *client, their tenant) *reply {
			return c.do("POST", at(their)+"/territories", map[string]any{"version": 1, "name": "Mine", "members": []any{map[string]any{"userId": their.rep.ID, "role": "owner"}}})
		}, want: 404},
		"changeTerritory": {try: func(c *client, their tenant) *reply {
			return c.do("PATCH", of(their), map[string]any{"version": 1, "colour": 7})
		}, want: 404},
		"removeTerritory": {try: func(c *client, their tenant) *reply { return c.do("DELETE", of(their)+"?version=1", nil) }, want: 404, own: 409},
		"setTerritoryMembers": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", of(their)+"/members", map[string]any{"version": 1, "members": []any{}})
		}, want: 404},
		"listTerritoryExceptions": {try: read("/exceptions"), want: 404},
		"setTerritoryException": {try: func(c *client, their tenant) *reply {
			return c.do("PUT", at(their)+"/exceptions/"+accountOf(their), map[string]any{"version": 1, "territory": their.territory, "reason": "mine"})
		}, want: 404},
		"removeTerritoryException": {try: func(c *client, their tenant) *reply {
			return c.do("DELETE", at(their)+"/exceptions/"+accountOf(their)+"?version=1", nil)
		}, want: 404},
	} {
		trespasses[id] = t
	}
	silent["listTerritories"] = "none is live"
	silent["listAlignmentCells"] = "figures only"
}

func accountOf(n tenant) string { return id(n.account) }
