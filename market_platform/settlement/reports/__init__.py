"""What people look at: plots of a reconciliation and the monthly pack as HTML, PDF and XLSX."""
