package core

// Rating is what a customer thinks of a session (FEATURES A18), "" while they have not said, or when they have taken it back.
type Rating string

// The ratings.
const (
	Good Rating = "good" // a thumb up
	Bad  Rating = "bad"  // a thumb down
)

// MaxComment bounds what a customer says with a rating, in bytes.
const MaxComment = 2000

// checkRating says whether a customer may rate so: Invalid if not.
func checkRating(r Rating, comment string) error {
	switch {
	case r != "" && r != Good && r != Bad:
		return invalid("rating", "must be good or bad, or empty to take it back")
	case comment == "":
		return nil
	case r == "":
		return invalid("comment", "goes with a rating only")
	case len(comment) > MaxComment:
		return invalid("comment", "is too long")
	}
	return CheckText("comment", comment)
}

// Rate keeps what the customer thinks of the session and of the agent whom they had before them; false: they have said so before. It counts until they
// say otherwise, and another comment alone is of the same agent as before.
func (s *Session) Rate(r Rating, comment string, agent AgentID, now Time) bool {
	if s.Rating == r && s.RatingComment == comment {
		return false
	}
	if s.Rating == r {
		agent = s.RatedAgent
	}
	s.Rating, s.RatingComment, s.RatedAgent, s.RatedAt = r, comment, agent, now
	if r == "" {
		s.RatedAgent, s.RatedAt = 0, 0
	}
	return true
}
