package main

import (
	"context"
	"net/http"
	"time"

	"parley/core"
)

// rule lets a record be created by itself of each session that ends, before the program starts.
func (e *engine) rule(ctx context.Context, d core.DepartmentID) error {
	kind, err := e.hub.SetRecordType(ctx, core.Actor{}, core.RecordType{
		Department: d, Name: "End", Fields: core.Fields{{Name: "at", Label: "At", Kind: core.FieldText, Required: true}},
	}, 0)
	if err != nil {
		return err
	}
	_, err = e.hub.SetRecordRule(ctx, core.Actor{}, core.RecordRule{
		Department: d, Name: "Ends", On: core.HookEnded, Type: kind.ID, Fields: core.FieldValues{"at": "{{event.time}}"}, EnabledAt: 1,
	}, 0)
	return err
}

// ruling is what came of the rule.
type ruling struct{ ends, lost, doubled int }

// ruled waits until the rule has created what it should, or for a minute, and until no record is owed, and compares: of each end a record, once.
func (b *besiegers) ruled(ctx context.Context, r record) (all ruling, err error) {
	waiting := r.events
	for until := time.Now().Add(time.Minute); len(waiting) > 0; pause(ctx, 50*time.Millisecond) {
		over := ctx.Err() != nil || time.Now().After(until)
		late := map[string][]logEvent{}
		for id := range waiting {
			if late[id], err = b.api.events(ctx, id, 0); err != nil {
				return all, err
			}
			ends, made := 0, 0
			for _, e := range late[id] {
				switch {
				case e.Kind == "ended":
					ends++
				case e.Kind == "record_created" && e.Actor.Kind == "system":
					made++
				}
			}
			if made < ends && !over {
				continue
			}
			delete(late, id)
			all.ends, all.lost, all.doubled = all.ends+ends, all.lost+max(0, ends-made), all.doubled+max(0, made-ends)
		}
		waiting = late
	}
	if all.lost > 0 || all.doubled > 0 || all.ends == 0 {
		b.fail("of %d ends the rule has missed %d, and created %d records too many", all.ends, all.lost, all.doubled)
	}
	return all, until(ctx, time.Minute, func() (bool, error) {
		var page struct{ Items []struct{} }
		status, err := b.api.do(ctx, http.MethodGet, "/api/v1/records?state=owed&limit=1", nil, &page)
		return status == http.StatusOK && len(page.Items) == 0, err
	})
}

// report adds the counts of the rule.
func (all ruling) report(run crashRun, r *report) {
	r.Counts[run.kind+": rule: ends"] = int64(all.ends)
	r.Counts[run.kind+": rule: ends without a record"] = int64(all.lost)
	r.Counts[run.kind+": rule: records too many"] = int64(all.doubled)
}
