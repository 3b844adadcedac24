package say

// Refusal says why a sentence was not acted on; reason is phrase's.
func Refusal(lang, reason string) string {
	if key := "refuse." + reason; known(key) {
		return T(lang, key)
	}
	return T(lang, "refuse.unknown")
}

// Question asks for the slot of a sentence that is missing.
func Question(lang, slot string) string {
	if key := "asks." + slot; known(key) {
		return T(lang, key)
	}
	return T(lang, "asks")
}
