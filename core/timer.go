package core

// Subject is what a timer is about.
type Subject struct {
	Kind SubjectKind `db:"kind"`
	ID   int64       `db:"id"`
}

// SubjectKind says what kind of thing a subject is.
type SubjectKind string

// The kinds.
const (
	SubjectSession    SubjectKind = "session"
	SubjectDepartment SubjectKind = "department"
)

// AboutSession names a session as the subject of its timer.
func AboutSession(id SessionID) Subject { return Subject{SubjectSession, int64(id)} }

// AboutDepartment names a department as the subject of its timer.
func AboutDepartment(id DepartmentID) Subject { return Subject{SubjectDepartment, int64(id)} }

// Timer is a wake-up: its subject is looked at when it is due. It never says what is to be done; that is decided from how things stand by
// then, so nothing needs to be cancelled. Each subject has one, moved only to an earlier time but by the look itself.
type Timer struct {
	Subject
	DueAt Time `db:"due_at"`
}
