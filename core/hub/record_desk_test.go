package hub

import (
	"context"
	"fmt"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// F1, S-6: what is sent from a room's window and from the workspace at one barrier, with the same form, is one record, and both are told which.
func TestF1_TheSameFormFromARoomAndTheWorkspaceIsOneRecord(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A")
		ctx := context.Background()
		kind := o.typed()
		id := o.write("carla", "my lamp is broken")
		for round := range 10 {
			said := fmt.Sprint("Lamp ", round)
			makes := []func() (core.Done, error){
				func() (core.Done, error) {
					d := core.CreateRecord{Session: id, Type: kind.ID, Version: 1, Fields: core.FieldValues{"subject": said, "amount": "1"}}
					return o.desk.Do(ctx, o.anna, d, core.Said{}, fmt.Sprint("v/", round))
				},
				func() (core.Done, error) {
					d := core.CreateRecord{Session: id, Type: kind.ID, Fields: core.FieldValues{"subject": said, "amount": " 1"}}
					return o.hub.Do(ctx, o.sofia, d, "")
				},
			}
			var made [2]core.Done
			together(2, func(i int) {
				side := (i + round) % 2
				done, err := makes[side]()
				if err != nil {
					t.Error(err)
				}
				made[side] = done
			})
			if made[0].Record == 0 || made[0].Record != made[1].Record || (made[0].Event.ID == 0) == (made[1].Event.ID == 0) {
				t.Fatalf("round %d: got %+v and %+v, want one record, and one of them told that it was there", round, made[0], made[1])
			}
		}
		if got := must(o.store.RecordsOf(ctx, o.anna.Scope(), id)); len(got) != 10 {
			t.Errorf("got %d records, want 10", len(got))
		}
		o.healthy()
	})
}

// shown notes that a room has a session's thread, and that nothing is owed to it any more.
func (o *office) shown(id core.SessionID, room core.RemoteID) {
	o.t.Helper()
	_, err := o.hub.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error {
		w.AddThread(id, o.slack, core.Address{Conversation: room, Thread: core.RemoteID(id.String())}, 1)
		return nil
	}})
	if err != nil {
		o.t.Fatal(err)
	}
	o.settled(id, room)
}

// settled settles the card of a session that is owed to a room.
func (o *office) settled(id core.SessionID, room core.RemoteID) {
	o.t.Helper()
	_, err := o.hub.writer.Do(context.Background(), store.Job{Do: func(w *store.Work) error {
		for {
			l, err := w.Lane(o.slack, id.String()+"/"+string(room)+"/card")
			if core.KindOf(err) == core.NotFound {
				return nil
			}
			if err == nil {
				err = w.Settle(l)
			}
			if err != nil {
				return err
			}
		}
	}})
	if err != nil {
		o.t.Fatal(err)
	}
}

// cards gives how many cards of a session are owed to a room.
func (o *office) cards(id core.SessionID, room core.RemoteID) int {
	return len(o.thread(id, room+"/card"))
}

func TestS6_ACardFollowsWhatCanBeAndWasCreated(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A")
		ctx := context.Background()
		id, over := o.write("carla", "my lamp is broken"), o.write("dora", "hello")
		o.do(o.sofia, core.End{Session: over})
		o.shown(id, "A")
		o.shown(over, "A")
		for _, step := range []struct {
			name  string
			do    func() error
			cards int
		}{
			{"the first type", func() error { o.typed(); return nil }, 1},
			{"another type", func() error {
				_, err := o.hub.SetRecordType(ctx, o.ada(), core.RecordType{Department: o.support, Name: "Request", Fields: o.complaint.Fields}, 0)
				return err
			}, 0},
			{"a type of another department", func() error {
				_, err := o.hub.SetRecordType(ctx, o.ada(), core.RecordType{Department: o.sales, Name: "Lead", Fields: o.complaint.Fields}, 0)
				return err
			}, 0},
			{"a record", func() error { o.recorded(o.anna, id, core.FieldValues{"subject": "Lamp"}); return nil }, 1},
			{"the same record", func() error { o.recorded(o.sofia, id, core.FieldValues{"subject": "Lamp"}); return nil }, 0},
			{"a press that comes too late", func() error { return o.desk.Renew(ctx, id, "A") }, 1},
			{"a press in a room that does not show it", func() error { return o.desk.Renew(ctx, id, "B") }, 0},
			{"one type fewer", func() error { return o.hub.RemoveRecordType(ctx, o.ada(), o.complaint.ID) }, 0},
			{"no type any more", func() error {
				types, err := o.store.RecordTypes(ctx, []core.DepartmentID{o.support})
				if err == nil && len(types) == 1 {
					err = o.hub.RemoveRecordType(ctx, o.ada(), types[0].ID)
				}
				return err
			}, 1},
		} {
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			if got := o.cards(id, "A"); got != step.cards {
				t.Errorf("%s: got %d cards owed, want %d", step.name, got, step.cards)
			}
			if got := o.cards(id, "B") + o.cards(over, "A"); got != 0 {
				t.Errorf("%s: got %d cards owed elsewhere, or of what has ended, want none", step.name, got)
			}
			o.settled(id, "A")
		}
		o.healthy()
	})
}

func TestS6_WhatARoomIsOfferedToCreate(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		o := works(t, url, "A")
		ctx := context.Background()
		id := o.write("carla", "my lamp is broken")
		if got := must(o.desk.RecordForms(ctx, o.anna, id)); len(got) != 0 {
			t.Errorf("without a type: got %+v", got)
		}
		kind := o.typed()
		o.do(o.anna, core.Note{Session: id, Text: "subject of a note"})
		o.write("carla", "write to carla@example.test")
		got := must(o.desk.RecordForms(ctx, o.anna, id))
		if len(got) != 1 || got[0].ID != kind.ID || got[0].Name != "Complaint" || got[0].Values["subject"] != "my lamp is broken" || len(got[0].Values) != 1 {
			t.Errorf("got %+v, want the one form, with how the customer began", got)
		}
		if _, err := o.desk.RecordForms(ctx, o.eve, id); core.KindOf(err) != core.NotFound {
			t.Errorf("a stranger to the department: got %v, want not_found", err)
		}
	})
}
