package web

import (
	"cmp"
	"context"
	"encoding/csv"
	"mime"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"parley/core"
	"parley/core/store"
)

const (
	csvType    = "text/csv; charset=utf-8"
	exportPage = 500 // records that are read at once
)

type exportInput struct {
	ID    string `path:"id" example:"rct_5k"`
	State string `query:"state" enum:"owed,kept,parked"`
	Q     string `query:"q" maxLength:"200" doc:"a part of the title"`
	download
}

func (*exportInput) describe(op *huma.Operation) {
	op.Description = "All of them as a table, a column for each field, newest first. What a spreadsheet would run as a formula has an apostrophe before it."
	op.Responses = map[string]*huma.Response{"200": {Description: "The table", Content: map[string]*huma.MediaType{
		"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
}

// exportRecords gives the records of a type as a table, to supervisors of its department. That is noted before anything is read.
func (s *Server) exportRecords(ctx context.Context, in *exportInput) (*bytesOutput, error) {
	id, err := core.ParseID[core.RecordTypeID](in.ID)
	if err != nil {
		return nil, err
	}
	t, err := s.store.RecordType(ctx, id)
	if err != nil {
		return nil, err
	}
	who := callerOf(ctx).actor
	scope := who.Scope()
	switch {
	case !scope.Sees(t.Department):
		return nil, &core.Error{Op: "web.exportRecords", Kind: core.NotFound}
	case !who.Roles[t.Department].Has(core.Supervisor):
		return nil, &core.Error{Op: "web.exportRecords", Kind: core.Forbidden, Reason: "Only a supervisor of the department exports its records."}
	}
	if err := s.hub.NoteExport(ctx, who, map[string]string{"type": t.ID.String(), "state": in.State, "q": in.Q}); err != nil {
		return nil, err
	}
	f := store.RecordFilter{Type: t.ID, Department: t.Department, State: core.RecordState(in.State), Title: in.Q}
	return &bytesOutput{func(huma.Context) {
		h := in.w.Header()
		h.Set("Content-Type", csvType)
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": t.ID.String() + ".csv"}))
		h.Set("Cache-Control", "no-store")
		if err := s.writeTable(ctx, in.w, t, scope.In(t.Department), f); err != nil {
			s.log.WarnContext(ctx, "records not exported to the end", "error", err)
			panic(http.ErrAbortHandler) // so that nobody takes a part for the whole
		}
	}}, nil
}

// writeTable writes all of them, a page at a time: whoever reads it takes each within serveTime.
func (s *Server) writeTable(ctx context.Context, to http.ResponseWriter, t core.RecordType, scope core.Scope, f store.RecordFilter) error {
	table := csv.NewWriter(to)
	head := []string{"record", "session", "customer", "created_at", "author", "state", "reason", "address"}
	for _, each := range t.Fields {
		head = append(head, core.CSVText(each.Label))
	}
	if err := table.Write(head); err != nil {
		return err
	}
	var before core.RecordID
	for {
		_ = http.NewResponseController(to).SetWriteDeadline(s.clock().Add(serveTime)) // a test's recorder has none
		rows, err := s.store.Records(ctx, scope, f, before, exportPage)
		if err != nil {
			return err
		}
		for _, r := range rows {
			line := []string{
				r.ID.String(), strconv.FormatInt(r.Number, 10), r.Customer, r.CreatedAt.String(), cmp.Or(r.Author, r.Rule), string(r.State), r.Why(r.Record), r.Address,
			}
			for _, each := range t.Fields {
				line = append(line, r.Fields[each.Name])
			}
			for i := range line {
				line[i] = core.CSVText(line[i])
			}
			if err := table.Write(line); err != nil {
				return err
			}
		}
		table.Flush()
		if err := table.Error(); err != nil || len(rows) < exportPage {
			return err
		}
		before = rows[len(rows)-1].ID
	}
}
