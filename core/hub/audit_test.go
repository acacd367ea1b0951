package hub

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"parley/core"
	"parley/core/store"
	"parley/core/store/storetest"
)

// byHand are the methods of store.Work by which somebody changes how the house is set. Whatever calls one of them in the hub notes it in the audit log.
var byHand = []string{
	"PutAgent", "AddDepartment", "PutDocument", "AddChannel", "PutChannel", "AddSurface", "RemoveSurface", "MoveSurface", "PutLink", "AddLink", "RemoveLink",
	"AddKey", "PutBlocked", "PutSwitch", "PutRecordType", "PutGroup", "RemoveGroup", "SetPermissions", "SetAbilities",
	"PutHook", "RemoveHook", "ReplayHook", "PutBinding", "PutRecordRule", "RemoveRecordRule",
}

// notByHand are those that write something else, and what.
var notByHand = map[string]string{
	// What the log tells, or follows from it.
	"AddSession": "log", "PutSession": "log", "PutTyped": "no change", "PutLoad": "counter, or the limit that SetLimit notes", "PutDepartment": "counter, or its switch, or follows from settings", "PutParticipant": "log", "AddCustomer": "log", "NameCustomer": "log",
	"AddRecord": "log", "PutRecord": "log", "AddRecordEdit": "kept with the record", "AddAccount": "log", "RemoveAccount": "log", "EndAccountSearch": "log", "PutMessage": "log", "AddFile": "log", "PutFile": "log", "DropFile": "nobody said it", "Claim": "log",
	"FollowRules": "how far rules have looked", "FailRecordRule": "what a rule could not do: kept with it",
	// What is owed, and where it stands.
	"OweHooks": "delivery", "AddAccountSearch": "delivery", "PutAccountSearch": "delivery", "DropAccountSearch": "delivery", "NoteBinding": "delivery", "SettleHookCall": "delivery", "Owe": "delivery", "PutLane": "delivery", "RemovePart": "delivery", "AddThread": "delivery", "CatchUp": "delivery",
	"LoseThread": "delivery", "AddTelling": "delivery", "RemoveTelling": "delivery", "WakeOpen": "timer", "WakeDepartments": "timer", "Rest": "timer", "Park": "parked", "Unpark": "parked",
	// What an agent says of themselves, or how they come in.
	"SetAvailability": "no setting: colleagues see it, and it is not kept", "AddLogin": "no change", "EndLogin": "no change", "EndLogins": "no change",
	"PutLinkCode": "changes nothing before it is used", "UseLinkCode": "what it does is PutLink",
}

// exempt are functions of the hub that call one of byHand although nobody's hand is in it.
var exempt = map[string]string{
	"NoteTest": "sets nothing: what is owed is tried at once", "bar": "counts what a blocked customer wrote", "permit": "follows from a group, or from what Permit gives",
}

// G5: a change of settings that nobody notes does not get this far. Who adds a method to store.Work says here whether it is one.
func TestG5_WhateverChangesSettingsIsNoted(t *testing.T) {
	t.Parallel()
	writes := map[string]bool{}
	for _, f := range functions(t, "../store") {
		if f.receiver == "Work" && ast.IsExported(f.name) && (f.calls["change"] || f.calls["put"]) {
			writes[f.name] = true
		}
	}
	for name := range writes {
		if _, no := notByHand[name]; !no && !slices.Contains(byHand, name) {
			t.Errorf("store.Work.%s writes: say in byHand that somebody changes settings with it, or in notByHand what it is", name)
		}
	}
	for _, name := range slices.Concat(byHand, slices.Collect(maps.Keys(notByHand))) {
		if !writes[name] {
			t.Errorf("store.Work.%s is listed, and writes nothing", name)
		}
	}
	for _, room := range []string{".", "../outbox"} {
		for _, f := range functions(t, room) {
			noted := exempt[f.name] != ""
			for name := range f.calls {
				noted = noted || strings.HasPrefix(strings.ToLower(name), "audit")
			}
			for _, name := range byHand {
				if f.calls[name] && !noted && f.receiver != "desk" {
					t.Errorf("%s of %s calls %s and does not note it: w.Audit, or one of audit.go", f.name, room, name)
				}
			}
		}
	}
}

// function is one of a room, with the names of all that it calls.
type function struct {
	receiver, name string
	calls          map[string]bool
}

func functions(t *testing.T, room string) (all []function) {
	t.Helper()
	packages, err := parser.ParseDir(token.NewFileSet(), room, func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0) //nolint:staticcheck // files of one room are enough
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packages {
		for _, file := range p.Files {
			for _, d := range file.Decls {
				if f, ok := d.(*ast.FuncDecl); ok {
					all = append(all, functionOf(f))
				}
			}
		}
	}
	return all
}

func functionOf(d *ast.FuncDecl) function {
	f := function{name: d.Name.Name, calls: map[string]bool{}}
	if d.Recv != nil {
		of := d.Recv.List[0].Type
		if star, ok := of.(*ast.StarExpr); ok {
			of = star.X
		}
		if name, ok := of.(*ast.Ident); ok {
			f.receiver = name.Name
		}
	}
	ast.Inspect(d, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			switch of := call.Fun.(type) {
			case *ast.Ident:
				f.calls[of.Name] = true
			case *ast.SelectorExpr:
				f.calls[of.Sel.Name] = true
			}
		}
		return true
	})
	return f
}

// kept are the hub's methods that leave nothing in the audit log, and why.
var kept = map[string]string{
	"Do": "the log has it, but for blocks", "Receive": "the log has it", "Desk": "the same methods", "Run": "looks after what is due", "Bring": "a message claims it",
	"SignIn": "no change", "SignOut": "no change", "NewLinkCode": "changes nothing before it is used", "SetAvailability": "no setting",
	"NoteTest":    "how a system answers is nobody's deed",
	"NoteReading": "TestG5_ReadingOthersSessionsIsNoted",
	"Openings":    "reads", "AccountType": "reads", "FindAccounts": "reads, at a provider", "Waits": "no change: it writes down how many receive", "Moved": "no change",
	"RecordByRule": "the log has it", "SetRecordRule": "TestG5_RulesAreNoted", "RemoveRecordRule": "TestG5_RulesAreNoted",
	"AccountByRule": "the log has it",
}

// canary is in whatever is secret, and in nothing else.
const canary = "CANARY-9f8e7d"

// G5: every method of the hub that changes settings, with what it leaves in the audit log.
func TestG5_EveryChangeOfSettingsIsInTheAuditLog(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		ada := core.Actor{Agent: core.Agent{ID: s.agent("Ada Root", nil).Agent.ID, Admin: true}, Key: 77}
		ctx := core.WithHand(t.Context(), ada.Hand())
		mine := "agent " + ada.Agent.ID.String() + " key_25"
		const rosa = "rosa@example.test"
		channel := core.Channel{ID: s.channel, Slug: "support-widget", Kind: "widget", Department: s.support}
		surface := core.Surface{Channel: s.channel, Room: "C1", Department: s.support}
		link := core.AgentLink{Channel: s.channel, Remote: "T1/U1"}
		var agent core.AgentID
		var code core.Secret
		var group core.Group
		var hook core.Hook
		binding := core.Binding{Name: "Shop", Provider: "hubspot", Settings: core.FieldValues{"address": "https://api.test/?key=" + canary}, Sealed: canary}
		desk := s.hub.Desk(s.channel)
		session := s.write("carla", "hello")
		var kind core.RecordType
		subject := core.Field{Name: "subject", Label: "Subject", Kind: core.FieldText}
		steps := []struct {
			method string // of the hub; "" for what is reached by another
			do     func() error
			action core.AuditAction
			by     string
			has    []string
			lacks  string
		}{
			{"AddAgent", func() error {
				a, err := s.hub.AddAgent(ctx, NewAgent{Email: rosa, Name: "Rosa Diaz", Password: canary, Roles: core.Roles{s.support: core.Operator}, Limit: 4})
				agent = a.ID
				return err
			}, core.AuditAgentAdded, mine, []string{`"email":{"after":"rosa@example.test"}`, `"roles.` + s.support.String() + `":{"after":["operator"]}`, `"admin":{"after":false}`, `"limit":{"after":4}`}, "permissions"},
			{"", func() error {
				a, err := s.store.AgentByEmail(ctx, rosa)
				a.Agent.Admin, a.Roles = true, core.Roles{s.sales: core.Supervisor}
				if err != nil {
					return err
				}
				return s.hub.putAgent(ctx, a)
			}, core.AuditAgentChanged, mine, []string{`"admin":{"before":false,"after":true}`, `"roles.` + s.sales.String() + `":{"after":["supervisor"]}`}, s.support.String()},
			{"SetPassword", func() error { return s.hub.SetPassword(ctx, rosa, canary+"2") }, core.AuditPasswordChanged, mine, nil, ""},
			{"AddKey", func() error { _, err := s.hub.AddKey(ctx, rosa, "crm", core.AllScope); return err }, core.AuditKeyAdded, mine, []string{`"name":{"after":"crm"}`, `"scope":{"after":"all"}`}, ""},
			{"AddDepartment", func() error { _, err := s.hub.AddDepartment(ctx, "Third", "third", "UTC"); return err }, core.AuditDepartmentAdded, mine, []string{`"slug":{"after":"third"}`}, ""},
			{"SetSettings", func() error {
				_, err := s.hub.SetSettings(t.Context(), ada, s.support, []byte(`{"auto_close":{"site":900}}`), 0)
				return err
			}, core.AuditSettingsChanged, mine, []string{`{"auto_close.site":{"after":900}}`}, ""},
			{"", func() error {
				_, err := s.hub.SetSettings(t.Context(), ada, s.support, []byte(`{"auto_close":{"site":600}}`), 0)
				return err
			}, core.AuditSettingsChanged, mine, []string{`{"auto_close.site":{"before":900,"after":600}}`}, ""},
			{"AddChannel", func() error {
				_, err := s.hub.AddChannel(ctx, NewChannel{Slug: "bot", Kind: "telegram", Department: s.sales, Settings: []byte(`{"mode":"poll"}`), Sealed: canary})
				return err
			}, core.AuditChannelAdded, mine, []string{`"settings.mode":{"after":"poll"}`, `"secret":{"after":"given"}`, `"kind":{"after":"telegram"}`}, ""},
			{"SetChannel", func() error {
				channel.Settings, channel.Sealed = []byte(`{"origins":["https://shop.test"]}`), canary
				return s.hub.SetChannel(ctx, channel)
			}, core.AuditChannelChanged, mine, []string{`"secret":{"after":"given"}`, `"settings.origins":{"before":[],"after":["https://shop.test"]}`}, `"kind"`},
			{"AddSurface", func() error { return s.hub.AddSurface(ctx, surface) }, core.AuditSurfaceSet, mine, []string{`"replies":{"after":"out"}`}, ""},
			{"", func() error {
				surface.Receipts = true
				return s.hub.AddSurface(ctx, surface)
			}, core.AuditSurfaceSet, mine, []string{`{"receipts":{"before":false,"after":true}}`}, ""},
			{"MoveSurface", func() error { return s.hub.MoveSurface(ctx, s.channel, "C1", "C2") }, core.AuditSurfaceMoved, mine, []string{`"room":{"before":"C1","after":"C2"}`}, ""},
			{"RemoveSurface", func() error {
				surface.Room = "C2"
				return s.hub.RemoveSurface(ctx, surface)
			}, core.AuditSurfaceRemoved, mine, []string{`"receipts":{"before":true}`}, ""},
			{"", func() (err error) {
				if code, _, err = s.hub.NewLinkCode(ctx, s.anna); err != nil {
					return err
				}
				_, err = desk.Link(t.Context(), "T1/U1", code.Reveal())
				return err
			}, core.AuditLinked, "agent " + s.anna.Agent.ID.String() + " ", []string{`"account":{"after":"T1/U1"}`}, `"agent"`},
			{"Unlink", func() error { return s.hub.Unlink(t.Context(), s.anna, link) }, core.AuditUnlinked, "agent " + s.anna.Agent.ID.String() + " ", []string{`"account":{"before":"T1/U1"}`}, ""},
			{"", func() error { _, err := desk.LinkByEmail(t.Context(), "T1/U1", rosa); return err }, core.AuditLinked, "system  ", []string{`"account":{"after":"T1/U1"}`}, ""},
			{"SetLimit", func() error { _, err := s.hub.SetLimit(t.Context(), s.anna, 3); return err }, core.AuditAgentChanged, "agent " + s.anna.Agent.ID.String() + " ", []string{`{"limit":{"after":3}}`}, ""},
			{"SetAbilities", func() error {
				_, err := s.hub.SetAbilities(ctx, ada, s.anna.Agent.ID, AbilitiesChange{Languages: []core.Language{"DE_at"}, Skills: []string{"refunds"}})
				return err
			}, core.AuditAgentChanged, mine, []string{`{"languages":{"after":["de-AT"]},"skills":{"after":["refunds"]}}`}, ""},
			{"Permit", func() error { return s.hub.Permit(ctx, ada, s.boris.Agent.ID, core.SeeAllSessions) }, core.AuditAgentChanged, mine, []string{`{"permissions":{"after":["see_all_sessions"]}}`}, ""},
			{"SetGroup", func() (err error) {
				group, err = s.hub.SetGroup(ctx, ada, core.Group{Name: "Night", Permissions: core.ChangeSettings, Members: []core.AgentID{s.anna.Agent.ID}})
				return err
			}, core.AuditGroupAdded, mine, []string{`"name":{"after":"Night"}`, `"permissions":{"after":["change_settings"]}`, `"members":{"after":["` + s.anna.Agent.ID.String() + `"]}`}, "parent"},
			{"", func() error {
				group.Members, group.Permissions = nil, core.SeeAllSessions
				_, err := s.hub.SetGroup(ctx, ada, group)
				return err
			}, core.AuditGroupChanged, mine, []string{`"permissions":{"before":["change_settings"],"after":["see_all_sessions"]}`, `"members":{"before":["` + s.anna.Agent.ID.String() + `"]}`}, "name"},
			{"RemoveGroup", func() error { return s.hub.RemoveGroup(ctx, ada, group.ID) }, core.AuditGroupRemoved, mine, []string{`"name":{"before":"Night"}`}, "after"},
			{"AddHook", func() (err error) {
				hook, err = s.hub.AddHook(ctx, ada, core.Hook{Name: "ERP", URL: "https://erp.test/in?key=" + canary, Events: []core.HookEvent{core.HookEnded}, Sealed: canary}, "")
				return err
			}, core.AuditHookAdded, mine, []string{`"host":{"after":"erp.test"}`, `"events":{"after":["session.ended"]}`, `"secret":{"after":"given"}`, `"enabled":{"after":true}`}, "departments"},
			{"SetHook", func() error {
				hook.URL, hook.EnabledAt = "https://erp.test/other?key="+canary, 0
				_, err := s.hub.SetHook(ctx, ada, hook, 0)
				return err
			}, core.AuditHookChanged, mine, []string{`"enabled":{"before":true,"after":false}`, `"url":{"after":"given"}`}, "secret"},
			{"RotateHook", func() error { _, err := s.hub.RotateHook(ctx, ada, hook.ID, canary+"3", ""); return err }, core.AuditHookChanged, mine, []string{`{"secret":{"after":"given"}}`}, ""},
			{"", func() error {
				hook.EnabledAt = 1
				_, err := s.hub.SetHook(ctx, ada, hook, 0)
				return err
			}, core.AuditHookChanged, mine, []string{`{"enabled":{"before":false,"after":true}}`}, ""},
			{"ReplayHook", func() error {
				_, err := s.hub.ReplayHook(ctx, ada, store.HookCalls{Hook: hook.ID, State: core.HookParked})
				return err
			}, core.AuditHookReplayed, mine, []string{`{"calls":{"after":0}}`}, ""},
			{"RemoveHook", func() error { return s.hub.RemoveHook(ctx, ada, hook.ID) }, core.AuditHookRemoved, mine, []string{`"name":{"before":"ERP"}`}, "after"},
			{"AddBinding", func() (err error) {
				binding, err = s.hub.AddBinding(ctx, ada, binding, "")
				return err
			}, core.AuditBindingAdded, mine, []string{`"name":{"after":"Shop"}`, `"settings.address":{"after":"api.test"}`, `"keys":{"after":"given"}`}, "reason"},
			{"SetBinding", func() (err error) {
				binding.Settings = core.FieldValues{"address": "https://api.test/?key=2" + canary}
				_, err = s.hub.SetBinding(ctx, ada, binding, 0)
				return err
			}, core.AuditBindingChanged, mine, []string{`{"settings.address":{"after":"given"}}`}, "keys"},
			{"", func() (err error) {
				binding.Sealed = canary + "2"
				_, err = s.hub.SetBinding(ctx, ada, binding, 0)
				return err
			}, core.AuditBindingChanged, mine, []string{`{"keys":{"after":"given"}}`}, ""},
			{"RemoveBinding", func() error { return s.hub.RemoveBinding(ctx, ada, binding.ID) }, core.AuditBindingRemoved, mine, []string{`"name":{"before":"Shop"}`}, "after"},
			{"", func() (err error) {
				_, err = s.hub.SetBinding(ctx, ada, binding, 0)
				return err
			}, core.AuditBindingChanged, mine, []string{`"name":{"after":"Shop"}`, `"keys":{"after":"given"}`}, "before"},
			{"SetRecordType", func() (err error) {
				kind, err = s.hub.SetRecordType(ctx, ada, core.RecordType{Department: s.support, Name: "Complaint", Fields: core.Fields{subject}}, 0)
				return err
			}, core.AuditTypeAdded, mine, []string{`"name":{"after":"Complaint"}`, `"fields.subject.label":{"after":"Subject"}`}, ""},
			{"", func() (err error) {
				subject.Required = true
				kind.Fields = core.Fields{subject}
				kind, err = s.hub.SetRecordType(ctx, ada, kind, kind.Version)
				return err
			}, core.AuditTypeChanged, mine, []string{`{"fields.subject.required":{"after":true}}`}, ""},
			{"RemoveRecordType", func() error { return s.hub.RemoveRecordType(ctx, ada, kind.ID) }, core.AuditTypeRemoved, mine, []string{`"name":{"before":"Complaint"}`}, "after"},
			{"NoteExport", func() error { return s.hub.NoteExport(ctx, ada, map[string]string{"q": "lamp"}) }, core.AuditRecordsExported, mine, []string{`"q":{"after":"lamp"}`}, ""},
			{"SetSwitch", func() error {
				_, err := s.hub.SetSwitch(t.Context(), ada, s.support, SwitchChange{On: new(bool)})
				return err
			}, core.AuditSwitchSet, mine, []string{`"on":{"before":true,"after":false}`, `"by":{"after":"hand"}`}, ""},
			{"SetInstallation", func() error { _, err := s.hub.SetInstallation(t.Context(), ada, false); return err }, core.AuditSwitchSet, mine, []string{`"on":{"before":true,"after":false}`}, ""},
			{"DisableAgent", func() error { return s.hub.DisableAgent(ctx, rosa) }, core.AuditAgentDisabled, mine, []string{`{"disabled":{"before":false,"after":true}}`}, ""},
			{"", func() error { s.do(s.anna, core.Block{Session: session, For: core.ForWeek}); return nil }, core.AuditBlocked, "agent " + s.anna.Agent.ID.String() + " ", []string{`"for":{"after":"7d"}`}, "carla"},
			{"", func() error { s.do(s.anna, core.Unblock{Session: session}); return nil }, core.AuditUnblocked, "agent " + s.anna.Agent.ID.String() + " ", nil, ""},
		}
		covered := map[string]bool{}
		for _, c := range steps {
			covered[c.method] = true
			before := s.audited()
			if err := c.do(); err != nil {
				t.Fatalf("%s: %v", c.action, err)
			}
			all := s.audited()
			if len(all) != len(before)+1 {
				t.Errorf("%s: got %d entries more, want 1", c.action, len(all)-len(before))
				continue
			}
			got := all[0]
			if by := string(got.Kind) + " " + got.Agent.String() + " " + got.Key.String(); by != c.by {
				t.Errorf("%s: got by %q, want %q", c.action, by, c.by)
			}
			if got.Action != c.action || !slices.Contains(core.AuditActions, got.Action) || got.SubjectID == "" && got.Subject != core.AuditedInstallation {
				t.Errorf("got %+v, want %s", got, c.action)
			}
			for _, part := range c.has {
				if !strings.Contains(got.Changes, part) {
					t.Errorf("%s: got %s, want %s in it", c.action, got.Changes, part)
				}
			}
			if c.lacks != "" && strings.Contains(got.Changes, c.lacks) {
				t.Errorf("%s: got %s, want no %s in it", c.action, got.Changes, c.lacks)
			}
		}
		methods := reflect.TypeFor[*Hub]()
		for i := range methods.NumMethod() {
			if name := methods.Method(i).Name; !covered[name] && kept[name] == "" {
				t.Errorf("hub.%s: say here what it leaves in the audit log, or in kept why nothing", name)
			}
		}
		hash := must(s.store.AgentByEmail(ctx, rosa)).Agent.PasswordHash.Reveal()
		for _, e := range s.audited() {
			for _, secret := range []string{canary, hash, code.Reveal(), "argon"} {
				if strings.Contains(e.Changes, secret) {
					t.Errorf("entry %d holds a secret: %s", e.No, e.Changes)
				}
			}
		}
		if state := must(s.store.CheckAudit(ctx, core.AuditSeal{})); state.Fault != nil || agent == 0 {
			t.Errorf("got %v", state.Fault)
		}
	})
}

// audited gives the audit log, newest first.
func (s *shop) audited() []core.AuditEntry {
	s.t.Helper()
	return must(s.store.Audit(context.Background(), store.AuditFilter{}, 0, 100))
}

// Who does nothing is not noted: not the same again, and not what is refused.
func TestG5_WhatChangesNothingIsNotNoted(t *testing.T) {
	t.Parallel()
	s := open(t, storetest.SQLite(t))
	ctx := t.Context()
	session := s.write("carla", "hello")
	before := len(s.audited())
	link := core.AgentLink{Channel: s.channel, Remote: "T1/U1"}
	for name, err := range map[string]error{
		"a link that is not there":    s.hub.Unlink(ctx, s.anna, link),
		"a surface that is not there": s.hub.RemoveSurface(ctx, core.Surface{Channel: s.channel, Room: "C1", Department: s.support}),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.do(s.anna, core.Unblock{Session: session})
	if _, err := s.hub.SetSettings(ctx, s.anna, 0, []byte(`{}`), 0); core.KindOf(err) != core.Forbidden {
		t.Errorf("got %v", err)
	}
	if got := len(s.audited()); got != before {
		t.Errorf("got %d entries, want none", got-before)
	}
}
