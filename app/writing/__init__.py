"""How a write is done: facts, marks, one conditional statement, renewal, one response for a key."""
