"""The client of OpenAI."""
