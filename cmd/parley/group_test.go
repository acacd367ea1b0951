package main

import (
	"strings"
	"testing"
)

func TestG4GroupsFromTheCommandLine(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	p.must("department", "add", "--name", "Support")
	for _, name := range []string{"anna", "boris"} {
		p.must("agent", "add", "--email", name+"@example.test", "--name", name, "--operator", "support", "--password-file", p.file("password", password))
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"group", "add", "--name", "Leads", "--give", "see_all_sessions", "--member", "anna@example.test"}, "group Leads may see_all_sessions\n"},
		{[]string{"group", "add", "--name", "Seconds", "--parent", "leads", "--member", "boris@example.test"}, "group Seconds may see_all_sessions\n"},
		{[]string{"group", "set", "Everybody", "--take", "block_customers"}, "group Everybody may use_chat\n"},
		{[]string{"agent", "permit", "boris@example.test", "--give", "block_customers", "--take", "change_settings"}, "may use_chat, block_customers, see_all_sessions\n"},
		{[]string{"group", "set", "Seconds", "--parent", "none", "--leave", "boris@example.test"}, "group Seconds may nothing\n"},
		{[]string{"group", "list"}, "Leads      -      1        see_all_sessions\n"},
		{[]string{"group", "remove", "Leads"}, "group Leads removed\n"},
		{[]string{"group", "set", "Everybody", "--take", "use_chat"}, "group Everybody may nothing\n"},
		{[]string{"agent", "list"}, "enabled, without use_chat"},
	} {
		if got := p.must(c.args...); !strings.Contains(got, c.want) {
			t.Errorf("%v: got %q, want %q", c.args, got, c.want)
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"group", "set", "Nobody"}, "parley: <group>: no group is called so"},
		{[]string{"group", "remove", "Everybody"}, "is the group of everybody"},
		{[]string{"group", "add", "--name", "New", "--member", "eve@example.test"}, "parley: --member: no agent has that address"},
		{[]string{"agent", "permit", "anna@example.test", "--give", "fly"}, "must be of use_chat"},
	} {
		if _, stderr, status := p.do(c.args...); status == 0 || !strings.Contains(stderr, c.want) {
			t.Errorf("%v: got %d %q, want %q", c.args, status, stderr, c.want)
		}
	}
}
