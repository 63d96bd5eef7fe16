"""Where bytes come from and how they become frames: clients, archive, one folder per publisher."""
