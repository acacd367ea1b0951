package main

import (
	"slices"
	"strings"
	"syscall"
	"testing"
)

// The place in the queue is one message, also for who is killed; it changes where it stands, and goes when somebody joins.
func TestA6_OnTelegramThePlaceInTheQueueChangesWhereItStands(t *testing.T) {
	t.Parallel()
	s := newTelegramShop(t)
	s.must("agent", "add", "--email", "ada@example.test", "--name", "Ada Reis", "--admin", "--password-file", s.file("password", password+"\n"))
	ada := s.server.withKey(strings.TrimSpace(s.must("key", "add", "--agent", "ada@example.test", "--name", "test")))
	ada.must(t, "PUT", "/api/v1/settings", object{"own": object{"queue": object{"messengers": true}}}, nil)

	s.rig.say(42, 1, "first")
	first := s.session(42)
	s.shows(42, "You are number 1 in the queue.")
	s.rig.say(43, 2, "second")
	second := s.session(43)
	s.shows(43, "You are number 2 in the queue.")
	told := slices.DeleteFunc(s.messages(second), func(m messageRow) bool { return m.Actor.Kind != "system" })
	s.becomes(second, told[0].ID, "sent") // killed before that, nobody knows by what name to change it
	s.restart(syscall.SIGKILL)
	s.anna().must(t, "POST", "/api/v1/sessions/"+first+"/take", object{}, nil)
	s.shows(42)
	s.shows(43, "You are number 1 in the queue.") // within half a minute
}
