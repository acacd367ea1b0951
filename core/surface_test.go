package core

import (
	"os"
	"regexp"
	"testing"
)

func TestWhatASurfaceOwesToAnEventS1S2S12(t *testing.T) {
	t.Parallel()
	const card = true
	named := map[EventKind]bool{}
	for name, c := range map[string]struct {
		event Event
		verb  OutVerb
		card  bool
	}{
		"a session begins":                    {Event{Kind: EventStarted, Audience: Everyone}, "", card},
		"a session begins without a word":     {Event{Kind: EventEmpty, Audience: AgentsOnly}, "", !card},
		"the customer says something":         {Event{Kind: EventMessage, Audience: Everyone, ActorKind: ByCustomer}, OutSend, card},
		"an agent answers":                    {Event{Kind: EventMessage, Audience: Everyone, ActorKind: ByAgent}, OutSend, card},
		"a note changes nothing on the card":  {Event{Kind: EventMessage, Audience: AgentsOnly, ActorKind: ByAgent}, OutSend, !card},
		"an operator takes it":                {Event{Kind: EventTaken, Audience: Everyone}, "", card},
		"it is assigned":                      {Event{Kind: EventAssigned, Audience: AgentsOnly}, "", card},
		"it is released":                      {Event{Kind: EventReleased, Audience: AgentsOnly}, "", card},
		"it is handed off":                    {Event{Kind: EventHandedOff, Audience: AgentsOnly}, "", card},
		"it is transferred":                   {Event{Kind: EventTransferred, Audience: AgentsOnly}, "", card},
		"it gets another priority":            {Event{Kind: EventPrioritised, Audience: AgentsOnly}, "", card},
		"its language is known":               {Event{Kind: EventLanguage, Audience: AgentsOnly}, "", card},
		"it gets tags":                        {Event{Kind: EventTagged, Audience: AgentsOnly}, "", card},
		"the first agent joins":               {Event{Kind: EventJoined, Audience: Everyone}, "", card},
		"another agent joins":                 {Event{Kind: EventJoined, Audience: AgentsOnly}, "", !card},
		"an agent leaves":                     {Event{Kind: EventLeft, Audience: AgentsOnly}, "", !card},
		"it ends":                             {Event{Kind: EventEnded, Audience: Everyone}, "", card},
		"it is opened again":                  {Event{Kind: EventReopened, Audience: AgentsOnly}, "", card},
		"it is put aside":                     {Event{Kind: EventSnoozed, Audience: AgentsOnly}, "", card},
		"a record was created from it":        {Event{Kind: EventRecordCreated, Audience: AgentsOnly}, "", card},
		"a record has changed":                {Event{Kind: EventRecordChanged, Audience: AgentsOnly}, "", card},
		"its customer has an account":         {Event{Kind: EventAccountMatched, Audience: AgentsOnly}, "", !card},
		"the account is not theirs":           {Event{Kind: EventAccountUnmatched, Audience: AgentsOnly}, "", !card},
		"its customer rates it":               {Event{Kind: EventRated, Audience: Everyone}, "", card},
		"it is back":                          {Event{Kind: EventWoken, Audience: AgentsOnly}, "", card},
		"it has passed a threshold":           {Event{Kind: EventMarked, Audience: AgentsOnly}, "", card},
		"a message is edited":                 {Event{Kind: EventEdited, Audience: Everyone}, OutEdit, !card},
		"a note is edited":                    {Event{Kind: EventEdited, Audience: AgentsOnly}, OutEdit, !card},
		"a message is deleted":                {Event{Kind: EventDeleted, Audience: Everyone}, OutDelete, !card},
		"the customer is blocked":             {Event{Kind: EventBlocked, Audience: Everyone}, "", card},
		"the customer is let in again":        {Event{Kind: EventUnblocked, Audience: Everyone}, "", card},
		"a file has come":                     {Event{Kind: EventFile, Audience: Everyone}, "", !card},
		"a file will not come":                {Event{Kind: EventFile, Audience: Everyone, Reason: "It is too large."}, OutEdit, !card},
		"somebody reacts":                     {Event{Kind: EventReacted, Audience: Everyone}, "", !card},
		"a message has failed":                {Event{Kind: EventDelivery, State: Failed}, OutTell, !card},
		"a message may not have arrived":      {Event{Kind: EventDelivery, State: MaySent}, OutTell, !card},
		"a message has been sent":             {Event{Kind: EventDelivery, State: Sent}, "", !card},
		"a message is to be sent again":       {Event{Kind: EventDelivery, State: Queued}, "", !card},
		"a message was deleted before it was": {Event{Kind: EventDelivery, State: Dropped}, "", !card},
		"the customer cannot be reached":      {Event{Kind: EventLost, Audience: AgentsOnly}, "", card},
		"the customer can be reached again":   {Event{Kind: EventFound, Audience: AgentsOnly}, "", card},
		"an agent was changed":                {Event{Kind: EventAgentChanged}, "", !card},
		"a group was changed":                 {Event{Kind: EventGroupChanged}, "", !card},
		"a login has ended":                   {Event{Kind: EventLoginEnded}, "", !card},
		"a department was changed":            {Event{Kind: EventDepartmentChanged}, "", !card},
		"a channel was changed":               {Event{Kind: EventChannelChanged}, "", !card},
		"a hook was changed":                  {Event{Kind: EventHookChanged}, "", !card},
		"a binding was changed":               {Event{Kind: EventBindingChanged}, "", !card},
		"a department was switched":           {Event{Kind: EventDepartmentSwitched}, "", !card},
	} {
		named[c.event.Kind] = true
		if verb, card := c.event.ShownAs(); verb != c.verb || card != c.card {
			t.Errorf("%s: got %q and card %v, want %q and %v", name, verb, card, c.verb, c.card)
		}
	}
	source, err := os.ReadFile("event.go")
	if err != nil {
		t.Fatal(err)
	}
	kinds := regexp.MustCompile(`EventKind += "([^"]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(kinds) == 0 {
		t.Fatal("event.go has no kinds")
	}
	for _, k := range kinds {
		if !named[EventKind(k[1])] {
			t.Errorf("%s is not in the table", k[1])
		}
	}
}

func TestWhereSomethingWasSaid(t *testing.T) {
	t.Parallel()
	here := Surface{Channel: 3, Room: "C1", Department: 1}
	for name, c := range map[string]struct {
		said Said
		want bool
	}{
		"there":                                  {Said{Channel: 3, Room: "C1", Remote: "C1/5"}, true},
		"there, without a message":               {Said{Channel: 3, Room: "C1"}, true},
		"in another room":                        {Said{Channel: 3, Room: "C2", Remote: "C2/5"}, false},
		"in another channel's room of that name": {Said{Channel: 4, Room: "C1", Remote: "C1/5"}, false},
		"on the channel, in no room":             {Said{Channel: 3}, false},
		"nowhere in particular":                  {Said{}, false},
	} {
		if got := c.said.At(here); got != c.want {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
	if (Said{}).At(Surface{}) {
		t.Error("what was said nowhere is at a surface without a name")
	}
}
