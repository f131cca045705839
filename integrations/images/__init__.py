"""Images of campaigns: checked, brought to the web's sizes, and stored."""
