"""System checks that refuse a dangerous configuration, numbered policetweets.E001 and on."""
