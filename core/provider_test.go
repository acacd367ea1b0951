package core

import "testing"

func TestF2_WhatFitsAQuery(t *testing.T) {
	t.Parallel()
	q := RecordQuery{
		Fields: FieldValues{"email": "carla@example.test", "phone": "+4930998877", "name": "Carla"},
		Kinds:  map[string]FieldKind{"email": FieldEmail, "phone": FieldPhone, "name": FieldText},
	}
	for name, c := range map[string]struct {
		has  FieldValues
		want bool
	}{
		"just so":             {FieldValues{"email": "carla@example.test", "phone": "+4930998877", "name": "Carla", "city": "Berlin"}, true},
		"written another way": {FieldValues{"email": "Carla@Example.test", "phone": "+49 (30) 99-88-77", "name": "Carla"}, true},
		"another address":     {FieldValues{"email": "karla@example.test", "phone": "+4930998877", "name": "Carla"}, false},
		"another name":        {FieldValues{"email": "carla@example.test", "phone": "+4930998877", "name": "carla"}, false},
		"no number at all":    {FieldValues{"email": "carla@example.test", "phone": "none", "name": "Carla"}, false},
		"one is missing":      {FieldValues{"email": "carla@example.test", "name": "Carla"}, false},
	} {
		if got := q.Fits(c.has); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}
