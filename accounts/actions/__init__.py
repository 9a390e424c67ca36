"""What people do with people, seats and accounts; and the ground every action stands on."""
